using System.Diagnostics.Metrics;

namespace Kube.Network;

/// <summary>The project's one meter.</summary>
internal static class Telemetry
{
    /// <summary>Name under which the host exports these instruments.</summary>
    public const string Name = "Kube.Network";

    private static readonly Meter Meter = new(Name);

    // The exporters' default bounds are meant for milliseconds: every duration in seconds would fall into the first bucket.
    private static readonly InstrumentAdvice<double> Seconds = new() { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] };

    /// <summary>Requests through the ingress; tags namespace, ingress, code (status class such as 2xx).</summary>
    public static readonly Counter<long> IngressRequests = Meter.CreateCounter<long>("ingress.requests", "{request}");

    /// <summary>Requests that ended without the backend's own answer; tags namespace, ingress, error.</summary>
    public static readonly Counter<long> IngressErrors = Meter.CreateCounter<long>("ingress.errors", "{request}");

    /// <summary>Attempts that were repeated on another endpoint; tags namespace, ingress.</summary>
    public static readonly Counter<long> IngressRetries = Meter.CreateCounter<long>("ingress.retries", "{attempt}");

    /// <summary>Whole time of a request in the ingress; tags namespace, ingress.</summary>
    public static readonly Histogram<double> IngressDuration = Meter.CreateHistogram<double>("ingress.request.duration", "s", null, null, Seconds);

    /// <summary>Time from reading the objects to the kernel having the table; tag kind (full, change).</summary>
    public static readonly Histogram<double> ServiceProxySync = Meter.CreateHistogram<double>("serviceproxy.sync.duration", "s", null, null, Seconds);

    /// <summary>DNS questions; tag answer (local, forwarded, failed).</summary>
    public static readonly Counter<long> DnsQuestions = Meter.CreateCounter<long>("dns.questions", "{question}");
}
