using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Kube.ApiServer.Authentication;
using Kube.ApiServer.Http;
using Kube.ApiServer.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kube.ApiServer.Peers;

/// <summary>
/// Hands a write to the server process that leads, whole, over mutual TLS, with the caller's identity beside it (<see cref="FrontProxyAuthenticator"/>):
/// defaults, admission and compare-and-swap are then decided in one place, on the newest state.
/// </summary>
internal sealed class PeerForwarder : IDisposable
{
    private const string Forwarded = "Portal-Forwarded";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);

    // Connect to a node or only compute: any server process can.
    private static readonly HashSet<string> Local = ["exec", "attach", "portforward", "proxy", "log"];

    // Of this hop (RFC 9110, 7.6.1), or told anew.
    private static readonly HashSet<string> OfThisHop = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Host", "Authorization", "Expect", Forwarded,
    };

    private readonly IObjectStore _store;
    private readonly FrontProxyAuthenticator _peers;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker? _http;

    public PeerForwarder(IObjectStore store, FrontProxyAuthenticator peers, ApiServerOptions options, TimeProvider time)
    {
        (_store, _peers, _time) = (store, peers, time);
        if (options.FrontProxyClientCertificatePath.Length == 0) return;
        using var pem = X509Certificate2.CreateFromPemFile(options.FrontProxyClientCertificatePath, options.FrontProxyClientKeyPath);
        var certificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(options.CaCertificatePath));
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(1),
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = TimeSpan.FromSeconds(1),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(2),
            SslOptions = new SslClientAuthenticationOptions { ClientCertificates = [certificate], CertificateChainPolicy = policy },
        });
    }

    public void Dispose() => _http?.Dispose();

    /// <summary>Forwards a request that only the leader may answer.</summary>
    /// <returns>False when this process answers it itself.</returns>
    /// <exception cref="ApiStatusException">Nobody leads for the moment (503), or the leader went away before it answered (503: the outcome is unknown).</exception>
    public async ValueTask<bool> TryForwardAsync(HttpContext http, RequestPath path, UserInfo user)
    {
        if (_store.Leads || http.Request.Method is "GET" or "HEAD" or "OPTIONS" || Local.Contains(path.Subresource)) return false;
        if (_http is null) return false;
        // A leader that has just been fenced: the process that forwarded looks for the next one.
        if (_peers.IsPeer(http) && http.Request.Headers.ContainsKey(Forwarded)) throw Refusal.Unavailable("this server process does not lead any more");
        var started = _time.GetTimestamp();
        while (_time.GetElapsedTime(started) < Patience)
        {
            if (_store.Leads) return false;
            if (_store.LeaderAddress is { } address && await TrySendAsync(http, new Uri(address), user).ConfigureAwait(false)) return true;
            await Task.Delay(Glance, _time, http.RequestAborted).ConfigureAwait(false);
        }

        throw Refusal.Unavailable("no server process leads the store for the moment");
    }

    /// <summary>Sends a request of this server's own to the process that leads.</summary>
    /// <exception cref="ApiStatusException">Nobody leads for the moment, or the leader did not take it (503).</exception>
    public async Task SendAsync(HttpMethod method, string path, HttpContent content, UserInfo user, CancellationToken cancellationToken)
    {
        if (_http is null || _store.LeaderAddress is not { } leader)
            throw Refusal.Unavailable("no server process leads the store for the moment");
        using var request = new HttpRequestMessage(method, new Uri(new Uri(leader), path)) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = content };
        FrontProxyAuthenticator.Describe(request, user);
        request.Headers.TryAddWithoutValidation(Forwarded, "1");
        try
        {
            using var response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
                throw Refusal.Unavailable($"the server process that leads answered {(int)response.StatusCode}");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Refusal.Unavailable($"the server process that leads cannot be reached: {e.Message}");
        }
    }

    /// <summary>False when the leader cannot be reached, so that nothing of the request has been sent.</summary>
    private async Task<bool> TrySendAsync(HttpContext http, Uri leader, UserInfo user)
    {
        using var request = new HttpRequestMessage(new HttpMethod(http.Request.Method), new Uri(leader, http.Request.Path.ToUriComponent() + http.Request.QueryString.ToUriComponent()))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true)
            request.Content = new StreamContent(http.Request.Body);
        foreach (var (name, values) in http.Request.Headers)
        {
            if (OfThisHop.Contains(name) || name.StartsWith("X-Remote-", StringComparison.OrdinalIgnoreCase) || name.StartsWith("Impersonate-", StringComparison.OrdinalIgnoreCase) || name[0] == ':') continue;
            if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values)) request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }

        FrontProxyAuthenticator.Describe(request, user);
        request.Headers.TryAddWithoutValidation(Forwarded, "1");
        HttpResponseMessage response;
        try
        {
            response = await _http!.SendAsync(request, http.RequestAborted).ConfigureAwait(false);
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError)
        {
            return false;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Refusal.Unavailable("the server process that leads went away before it answered; read the object to learn whether it was written");
        }

        using (response) await AnswerAsync(http, response).ConfigureAwait(false);
        return true;
    }

    private static async Task AnswerAsync(HttpContext http, HttpResponseMessage response)
    {
        http.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
        {
            if (!OfThisHop.Contains(name)) http.Response.Headers[name] = values.ToArray();
        }

        await response.Content.CopyToAsync(http.Response.Body, http.RequestAborted).ConfigureAwait(false);
    }
}
