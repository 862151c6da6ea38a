using System.Diagnostics;
using Kube.Network.Ingress.Figures;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace Kube.Network.Ingress.Forwarding;

/// <summary>
/// Sends one request to an endpoint of the rule it falls under. When the connection fails before anything of the request was used up, another endpoint is
/// tried, read from the table in force at that moment: a pod that leaves between choice and connection costs no request.
/// </summary>
internal sealed class IngressForwarder(KubeIngressOptions options, IngressRouter router, IHttpForwarder forwarder, IngressHttpClient client, IngressFigures figures, TimeProvider timeProvider)
{
    private const int MaximumAttempts = 4;

    // Long enough for a full queue of connections to drain or for a stopping pod to leave the table, short enough not to be felt.
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMilliseconds(50);

    private readonly IngressTransformer _transformer = new();
    private readonly ForwarderRequestConfig _config = new() { ActivityTimeout = options.ActivityTimeout };
    private readonly long _suspicion = (long)(options.SuspicionPeriod.TotalSeconds * timeProvider.TimestampFrequency);

    /// <summary>Handles one request.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        var started = timeProvider.GetTimestamp();
        var path = context.Request.Path.HasValue ? context.Request.Path.Value! : "/";
        var host = context.Request.Host.Host;
        if (router.Current.Find(host, path, out var hostKnown) is not { } route)
        {
            await IngressPages.NotFoundAsync(context, hostKnown).ConfigureAwait(false);
            Telemetry.IngressRequests.Add(1, new TagList { { "namespace", "" }, { "ingress", "" }, { "code", "4xx" } });
            return;
        }

        var error = await ForwardAsync(context, route, host, path).ConfigureAwait(false);

        var tags = new TagList { { "namespace", route.Namespace }, { "ingress", route.Ingress } };
        var duration = timeProvider.GetElapsedTime(started);
        Telemetry.IngressDuration.Record(duration.TotalSeconds, tags);
        // A client that left is no fault of the app's.
        figures.Count(route.Namespace, route.Ingress, duration, failed: context.Response.StatusCode >= 500 || (error is not ForwarderError.None && !context.RequestAborted.IsCancellationRequested));
        if (error is not ForwarderError.None)
            Telemetry.IngressErrors.Add(1, [.. tags, new("error", error.ToString())]);
        tags.Add("code", CodeClass(context.Response.StatusCode));
        Telemetry.IngressRequests.Add(1, tags);
    }

    private async Task<ForwarderError> ForwardAsync(HttpContext context, IngressRoute route, string host, string path)
    {
        List<IngressEndpoint>? tried = null;
        var dice = Random.Shared.Next(100);
        for (var attempt = 1; ; attempt++)
        {
            // A lone instance is asked again: one lost connection does not mean that it is not ready.
            var endpoint = EndpointChoice.Choose(route.Side(dice), tried, timeProvider.GetTimestamp(), Random.Shared)
                ?? EndpointChoice.Choose(route.Side(dice), null, timeProvider.GetTimestamp(), Random.Shared);
            if (endpoint is null)
            {
                await IngressPages.UnavailableAsync(context).ConfigureAwait(false);
                return ForwarderError.NoAvailableDestinations;
            }
            if (tried?.Contains(endpoint) == true)
                await Task.Delay(AskAgainAfter, timeProvider, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ForwarderError error;
            endpoint.Enter();
            try
            {
                error = await forwarder.SendAsync(context, endpoint.Prefix, client.Invoker, _config, _transformer).ConfigureAwait(false);
            }
            finally
            {
                endpoint.Leave();
            }
            if (error is ForwarderError.None)
            {
                endpoint.Trust();
                return error;
            }
            var failure = context.GetForwarderErrorFeature()?.Exception;
            var connectionFailed = error is ForwarderError.Request && IsConnectionFailure(failure);
            if (connectionFailed)
                endpoint.Suspect(timeProvider.GetTimestamp() + _suspicion);
            if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
                return error;
            if (attempt == MaximumAttempts || !(connectionFailed || (error is ForwarderError.Request && MayRepeat(context))))
            {
                await IngressPages.FailedAsync(context, error).ConfigureAwait(false);
                return error;
            }
            (tried ??= []).Add(endpoint);
            Telemetry.IngressRetries.Add(1, new TagList { { "namespace", route.Namespace }, { "ingress", route.Ingress } });
            // The forwarder left its verdict in the response; the next attempt begins with a clean one.
            context.Response.Clear();
            context.Features.Set<IForwarderErrorFeature>(null);
            if (router.Current.Find(host, path, out _) is { } current)
                route = current;
        }
    }

    // The connection was never made, so nothing of the request (nor its body) has been used up.
    private static bool IsConnectionFailure(Exception? exception) => exception is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError };

    // The connection broke before an answer. Only what is safe to do twice and has no body may be sent again.
    private static bool MayRepeat(HttpContext context) =>
        (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) || HttpMethods.IsOptions(context.Request.Method))
        && context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != true;

    private static string CodeClass(int status) => (status / 100) switch
    {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    };
}
