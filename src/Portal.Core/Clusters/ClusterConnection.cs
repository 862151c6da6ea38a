using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s;

namespace Portal.Core.Clusters;

/// <summary>A connection to a cluster that was added: only to addresses that are admitted, no redirects, no proxy, no cookies, and bound waits.</summary>
internal sealed class ClusterConnection : IDisposable
{
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(15);
    private readonly Kubernetes _client;
    private readonly X509Certificate2Collection _authority = [];

    /// <param name="access">What leads there.</param>
    /// <param name="addresses">What may be connected to.</param>
    /// <param name="ofTeam">Whether a team added it.</param>
    public ClusterConnection(ClusterAccess access, ClusterAddresses addresses, bool ofTeam)
    {
        if (access.Authority is { } authority) _authority.ImportFromPem(Encoding.UTF8.GetString(Convert.FromBase64String(authority)));
        SocketsHttpHandler? sockets = null;
        _client = new Kubernetes(new KubernetesClientConfiguration
        {
            Host = access.Server.AbsoluteUri,
            AccessToken = access.Token,
            ClientCertificateData = access.Certificate,
            ClientCertificateKeyData = access.Key,
            TlsServerName = access.TlsServerName,
            SslCaCerts = _authority,
            HttpClientTimeout = AnswerWithin,
            UserAgent = "portal",
            FirstMessageHandlerSetup = handler =>
            {
                sockets = handler;
                handler.AllowAutoRedirect = false;
                handler.UseProxy = false;
                handler.UseCookies = false;
                handler.ConnectTimeout = ConnectWithin;
                handler.ConnectCallback = (context, cancel) => addresses.ConnectAsync(context.DnsEndPoint, ofTeam, cancel);
                handler.EnableMultipleHttp2Connections = true;
                handler.KeepAlivePingDelay = ConnectWithin;
                handler.KeepAlivePingTimeout = ConnectWithin;
                handler.KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests;
                handler.PooledConnectionLifetime = TimeSpan.FromMinutes(10);
                handler.MaxResponseHeadersLength = 64;
            },
        }, new BoundedAnswers());
        // The client's own check passes over the name in the certificate once an authority is given.
        sockets!.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => IsTrusted(certificate, chain, errors);
        _client.CreateWebSocketBuilder = () => new ClusterSockets(sockets);
    }

    public IKubernetes Client => _client;

    public void Dispose()
    {
        _client.Dispose();
        foreach (var certificate in _authority) certificate.Dispose();
    }

    private bool IsTrusted(X509Certificate? certificate, X509Chain? sent, SslPolicyErrors errors)
    {
        if (_authority.Count == 0) return errors == SslPolicyErrors.None;
        if (certificate is not X509Certificate2 shown || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new("1.3.6.1.5.5.7.3.1"));
        foreach (var element in sent?.ChainElements ?? Enumerable.Empty<X509ChainElement>()) chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        return chain.Build(shown);
    }
}
