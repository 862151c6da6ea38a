using System.Net;
using Kube.Node.Metrics;
using Kube.Node.Registration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Kube.Node.Streaming;

/// <summary>The kubelet's HTTP API over mutual TLS, for the API server alone.</summary>
internal sealed class KubeletApi(NodeOptions options, CredentialStore credentials, ContainerLogs logs, StreamEndpoints streams, MetricsEndpoints metrics, TimeProvider time, ILoggerFactory loggers) : IAsyncDisposable
{
    private WebApplication? _application;

    /// <summary>Starts listening and returns the port.</summary>
    /// <exception cref="IOException">The port is in use; the message names it.</exception>
    public async Task<int> StartAsync(CancellationToken ct)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        // The agent has said what there is to say; requests and the inner host's life are no news.
        builder.Services.AddSingleton<ILoggerFactory>(Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        var address = IPAddress.Parse(options.ListenAddress ?? options.InternalIP);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(address, options.ListenPort, listen => listen.UseHttps(https =>
        {
            https.ServerCertificateSelector = (_, _) => credentials.Serving;
            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            https.ClientCertificateValidation = (certificate, _, _) => PeerIdentity.IsApiServer(certificate, credentials.Authority);
        })));
        _application = builder.Build();
        _application.MapGet("/healthz", () => "ok");
        _application.MapGet("/containerLogs/{podNamespace}/{pod}/{container}", LogsAsync);
        streams.Map(_application);
        metrics.Map(_application);
        await _application.StartAsync(ct).ConfigureAwait(false);
        var port = new Uri(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
        Log.Listening(loggers.CreateLogger<KubeletApi>(), address.ToString(), port);
        return port;
    }

    public async ValueTask DisposeAsync()
    {
        if (_application is not null)
            await _application.DisposeAsync().ConfigureAwait(false);
    }

    private async Task LogsAsync(HttpContext context, string podNamespace, string pod, string container)
    {
        var query = LogQuery.Parse(context.Request.Query, time.GetUtcNow());
        if (query.Fault is { } fault)
        {
            await RefuseAsync(context, 400, fault).ConfigureAwait(false);
            return;
        }

        var (file, uid, attempt, code, reason) = logs.Find(podNamespace, pod, container, query.Previous);
        if (file is null)
        {
            await RefuseAsync(context, code, reason).ConfigureAwait(false);
            return;
        }

        if (await logs.RedactorAsync(podNamespace, uid, context.RequestAborted).ConfigureAwait(false) is not { } redactor)
        {
            await RefuseAsync(context, 503, $"the secrets of pod \"{pod}\" are not known now, so its log is not shown").ConfigureAwait(false);
            return;
        }

        context.Response.ContentType = "text/plain";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        // The headers go out at once: a follower of a silent container must not wait for its first line.
        await context.Response.StartAsync(context.RequestAborted).ConfigureAwait(false);
        try
        {
            await new LogReader(time).CopyAsync(file, query.Request!, ct => logs.IsRunningAsync(uid, container, attempt, ct), context.Response.Body, redactor, context.RequestAborted).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
        }
        catch (FileNotFoundException)
        {
            // The pod was removed while its log was read: what was sent is all there was.
        }
    }

    private static Task RefuseAsync(HttpContext context, int code, string reason)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "text/plain";
        return context.Response.WriteAsync(reason, context.RequestAborted);
    }
}
