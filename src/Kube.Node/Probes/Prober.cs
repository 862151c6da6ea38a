using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Grpc.Core;
using k8s.Models;
using Kube.Node.Cri;

namespace Kube.Node.Probes;

/// <summary>Asks a container once: by HTTP, by opening a TCP connection, or by a command inside it.</summary>
internal sealed class Prober : IDisposable
{
    private const int MaxMessage = 256;
    private readonly CriClient _cri;
    private readonly NamespaceDialer _dialer;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _http;

    public Prober(CriClient cri, NamespaceDialer dialer, TimeProvider time)
    {
        _cri = cri;
        _dialer = dialer;
        _time = time;
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = dialer.ConnectAsync,
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            // A kept connection would answer from a process that no longer accepts new ones.
            PooledConnectionLifetime = TimeSpan.Zero,
            // A probe asks whether the pod answers, not who it is: pods have certificates of their own making. No secret is sent.
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null },
        };
        _http = new HttpMessageInvoker(handler);
    }

    /// <summary>Probes; any failure, a timeout included, is a result and not an exception.</summary>
    public async Task<ProbeResult> ProbeAsync(V1Pod pod, V1Container container, V1Probe probe, string containerId, string address, CancellationToken ct)
    {
        var limit = TimeSpan.FromSeconds(Math.Max(1, probe.TimeoutSeconds ?? 1));
        using var timeout = new CancellationTokenSource(limit, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        try
        {
            if (probe.HttpGet is { } http)
                return await GetAsync(pod, container, http, address, linked.Token).ConfigureAwait(false);
            if (probe.TcpSocket is { } tcp)
                return await ConnectAsync(container, tcp, address, linked.Token).ConfigureAwait(false);
            if (probe.Exec is { } exec)
                return await RunAsync(exec, containerId, limit, linked.Token).ConfigureAwait(false);
            return ProbeResult.Failed("this kind of probe is not supported by the node");
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return ProbeResult.Failed($"no answer within {limit.TotalSeconds:0} s");
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.DeadlineExceeded)
        {
            return ProbeResult.Failed($"command did not end within {limit.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or IOException or RpcException or UriFormatException or InvalidOperationException or FormatException)
        {
            return ProbeResult.Failed(e.InnerException?.Message ?? e.Message);
        }
    }

    /// <summary>One HTTP GET, as probes and lifecycle hooks make it; 200 to 399 is a success.</summary>
    public async Task<ProbeResult> GetAsync(V1Pod pod, V1Container container, V1HTTPGetAction action, string address, CancellationToken ct)
    {
        var host = action.Host is { Length: > 0 } given ? given : address;
        if (host.Contains(':', StringComparison.Ordinal))
            host = $"[{host}]";
        var path = action.Path is { Length: > 0 } p ? p : "/";
        var scheme = string.Equals(action.Scheme, "HTTPS", StringComparison.OrdinalIgnoreCase) ? "https" : "http";
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{scheme}://{host}:{PortNumber(container, action.Port)}{(path[0] == '/' ? "" : "/")}{path}");
        request.Headers.TryAddWithoutValidation("User-Agent", "kube-probe/1.32");
        request.Headers.ConnectionClose = true;
        foreach (var header in action.HttpHeaders ?? [])
        {
            if (string.Equals(header.Name, "Host", StringComparison.OrdinalIgnoreCase))
                request.Headers.Host = header.Value;
            else
                request.Headers.TryAddWithoutValidation(header.Name, header.Value);
        }

        using var response = await _http.SendAsync(request, ct).ConfigureAwait(false);
        var status = (int)response.StatusCode;
        return status is >= 200 and < 400 ? ProbeResult.Ok : ProbeResult.Failed($"GET {request.RequestUri} answered {status}");
    }

    public void Dispose() => _http.Dispose();

    private async Task<ProbeResult> ConnectAsync(V1Container container, V1TCPSocketAction action, string address, CancellationToken ct)
    {
        var host = action.Host is { Length: > 0 } given ? given : address;
        var port = PortNumber(container, action.Port);
        EndPoint endpoint = IPAddress.TryParse(host, out var ip) ? new IPEndPoint(ip, port) : new DnsEndPoint(host, port);
        using var socket = await _dialer.ConnectAsync(endpoint, ct).ConfigureAwait(false);
        return ProbeResult.Ok;
    }

    private async Task<ProbeResult> RunAsync(V1ExecAction action, string containerId, TimeSpan limit, CancellationToken ct)
    {
        var result = await _cri.ExecSyncAsync(containerId, action.Command ?? [], limit, ct).ConfigureAwait(false);
        if (result.ExitCode == 0)
            return ProbeResult.Ok;
        var output = (result.Stdout.ToStringUtf8() + result.Stderr.ToStringUtf8()).Trim();
        return ProbeResult.Failed($"command exited with {result.ExitCode}: {(output.Length <= MaxMessage ? output : output[..MaxMessage])}");
    }

    private static int PortNumber(V1Container container, IntOrString port)
    {
        if (int.TryParse(port.Value, out var number))
            return number;
        return container.Ports?.FirstOrDefault(p => p.Name == port.Value)?.ContainerPort
            ?? throw new InvalidOperationException($"container {container.Name} has no port named {port.Value}");
    }
}
