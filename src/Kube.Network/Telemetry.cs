using System.Diagnostics.Metrics;

namespace Kube.Network;

/// <summary>The project's one meter.</summary>
internal static class Telemetry
{
    /// <summary>Name under which the host exports these instruments.</summary>
    public const string Name = "Kube.Network";

    private static readonly Meter Meter = new(Name);

    /// <summary>Requests through the ingress; tags namespace, ingress, code (status class such as 2xx).</summary>
    public static readonly Counter<long> IngressRequests = Meter.CreateCounter<long>("ingress.requests", "{request}");

    /// <summary>Requests that ended without the backend's own answer; tags namespace, ingress, error.</summary>
    public static readonly Counter<long> IngressErrors = Meter.CreateCounter<long>("ingress.errors", "{request}");

    /// <summary>Attempts that were repeated on another endpoint; tags namespace, ingress.</summary>
    public static readonly Counter<long> IngressRetries = Meter.CreateCounter<long>("ingress.retries", "{attempt}");

    /// <summary>Whole time of a request in the ingress; tags namespace, ingress.</summary>
    public static readonly Histogram<double> IngressDuration = Meter.CreateHistogram<double>("ingress.request.duration", "s");

    /// <summary>Time from reading the objects to the kernel having the table; tag kind (full, change).</summary>
    public static readonly Histogram<double> ServiceProxySync = Meter.CreateHistogram<double>("serviceproxy.sync.duration", "s");

    /// <summary>DNS questions; tag answer (local, forwarded, failed).</summary>
    public static readonly Counter<long> DnsQuestions = Meter.CreateCounter<long>("dns.questions", "{question}");
}
