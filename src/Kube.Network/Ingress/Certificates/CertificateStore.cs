using System.Collections.Frozen;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s.Models;
using Kube.Network.Ingress.Configuration;
using Microsoft.Extensions.Logging;

namespace Kube.Network.Ingress.Certificates;

/// <summary>
/// Certificates by host. A host without a usable one is served with a self-signed certificate made at start, so that a missing Secret is a warning of the browser and
/// not a dead connection.
/// </summary>
internal sealed class CertificateStore : IDisposable
{
    private readonly ILogger<CertificateStore> _logger;
    private readonly SslStreamCertificateContext _fallback;
    private readonly Dictionary<(string Namespace, string Name), Entry> _entries = [];
    private FrozenDictionary<string, SslStreamCertificateContext> _byHost = FrozenDictionary<string, SslStreamCertificateContext>.Empty;

    /// <summary>Makes the store with its self-signed certificate.</summary>
    public CertificateStore(TimeProvider timeProvider, ILogger<CertificateStore> logger)
    {
        _logger = logger;
        _fallback = SslStreamCertificateContext.Create(SelfSigned(timeProvider.GetUtcNow()), null, offline: true);
    }

    /// <summary>The certificate for the name a client asked for.</summary>
    /// <param name="serverName">Server name indication, empty when the client sent none.</param>
    public SslStreamCertificateContext Select(string? serverName)
    {
        var current = Volatile.Read(ref _byHost);
        if (string.IsNullOrEmpty(serverName))
            return _fallback;
        if (current.TryGetValue(serverName, out var exact))
            return exact;
        var dot = serverName.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && current.TryGetValue($"*{serverName[dot..]}", out var wildcard) ? wildcard : _fallback;
    }

    /// <summary>Takes over the certificates the hosts name. Only Secrets of the namespace that owns the host count. Called by one caller at a time.</summary>
    public void Update(IngressConfiguration configuration, IEnumerable<V1Secret> secrets)
    {
        var byName = secrets.Where(secret => secret.Type == "kubernetes.io/tls").ToDictionary(secret => (secret.Metadata.NamespaceProperty, secret.Metadata.Name));
        var used = new HashSet<(string, string)>();
        var hosts = new Dictionary<string, SslStreamCertificateContext>(StringComparer.OrdinalIgnoreCase);
        foreach (var host in configuration.Hosts)
        {
            if (host.TlsSecret is null || !byName.TryGetValue((host.Namespace, host.TlsSecret), out var secret))
                continue;
            var key = (host.Namespace, host.TlsSecret);
            used.Add(key);
            if (!_entries.TryGetValue(key, out var entry) || entry.ResourceVersion != secret.Metadata.ResourceVersion)
                _entries[key] = entry = new Entry(secret.Metadata.ResourceVersion, Read(secret));
            if (entry.Context is not null)
                hosts[host.Host] = entry.Context;
        }
        foreach (var key in _entries.Keys.Where(key => !used.Contains(key)).ToList())
            _entries.Remove(key);
        Volatile.Write(ref _byHost, hosts.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase));
    }

    /// <inheritdoc/>
    public void Dispose() => _fallback.TargetCertificate.Dispose();

    private SslStreamCertificateContext? Read(V1Secret secret)
    {
        var name = $"{secret.Metadata.NamespaceProperty}/{secret.Metadata.Name}";
        try
        {
            if (secret.Data is null || !secret.Data.TryGetValue("tls.crt", out var crt) || !secret.Data.TryGetValue("tls.key", out var key))
            {
                _logger.CertificateUnusable(name, "tls.crt and tls.key are needed");
                return null;
            }
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(Encoding.UTF8.GetString(crt));
            if (chain.Count == 0)
            {
                _logger.CertificateUnusable(name, "tls.crt holds no certificate");
                return null;
            }
            // tls.crt begins with the server's own certificate; what follows are the ones between it and the root.
            var certificate = X509Certificate2.CreateFromPem(Encoding.UTF8.GetString(crt), Encoding.UTF8.GetString(key));
            chain.RemoveAt(0);
            return SslStreamCertificateContext.Create(certificate, chain, offline: true);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            // The message tells what is wrong with the encoding; it never contains the key.
            _logger.CertificateUnusable(name, exception.Message);
            return null;
        }
    }

    private static X509Certificate2 SelfSigned(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Portal ingress without a certificate for this host", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("*.apps.localhost");
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(now.AddHours(-1), now.AddYears(1));
    }

    private sealed record Entry(string? ResourceVersion, SslStreamCertificateContext? Context);
}
