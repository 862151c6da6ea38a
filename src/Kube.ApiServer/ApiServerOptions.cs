using System.Net;
using Kube.ApiServer.Authentication.Oidc;

namespace Kube.ApiServer;

/// <summary>What the API server needs to know. Checked at start; every fault is reported at once.</summary>
public sealed class ApiServerOptions
{
    /// <summary>PEM file of the cluster's certificate authority: client certificates must be signed by it.</summary>
    public string CaCertificatePath { get; set; } = "";

    /// <summary>PEM file of the authority's private key: the signer of CertificateSigningRequests uses it.</summary>
    public string CaKeyPath { get; set; } = "";

    /// <summary>PEM file of the client certificate shown to nodes (<c>CN=kube-apiserver-kubelet-client, O=system:masters</c>).</summary>
    public string KubeletClientCertificatePath { get; set; } = "";

    /// <summary>PEM file of the key of <see cref="KubeletClientCertificatePath"/>.</summary>
    public string KubeletClientKeyPath { get; set; } = "";

    /// <summary>
    /// PEM file of the authority whose certificates only other server processes of this cluster have: they may act in a user's name. Empty when there are none.
    /// </summary>
    public string FrontProxyCaCertificatePath { get; set; } = "";

    /// <summary>PEM file of the client certificate shown to the server process that leads.</summary>
    public string FrontProxyClientCertificatePath { get; set; } = "";

    /// <summary>PEM file of the key of <see cref="FrontProxyClientCertificatePath"/>.</summary>
    public string FrontProxyClientKeyPath { get; set; } = "";

    /// <summary>IPv4 range that service addresses come from, for instance <c>10.96.0.0/16</c>.</summary>
    public string ServiceCidr { get; set; } = "10.96.0.0/16";

    /// <summary>The cluster's DNS service has this address, which the allocator therefore never gives away by itself; null for the tenth of the range.</summary>
    public string? DnsServiceAddress { get; set; }

    /// <summary>First node port.</summary>
    public int NodePortFirst { get; set; } = 30000;

    /// <summary>Last node port.</summary>
    public int NodePortLast { get; set; } = 32767;

    /// <summary>Largest request body in bytes.</summary>
    public long MaxRequestBytes { get; set; } = 3 * 1024 * 1024;

    /// <summary>How long the certificates live that the signer issues.</summary>
    public TimeSpan IssuedCertificateLifetime { get; set; } = TimeSpan.FromDays(365);

    /// <summary>PEM file of the RSA key that signs service-account tokens; made at the first start. Empty: <c>sa.key</c> beside <see cref="CaKeyPath"/>.</summary>
    public string ServiceAccountKeyPath { get; set; } = "";

    /// <summary>Who issues service-account tokens, as they say in <c>iss</c>.</summary>
    public string ServiceAccountIssuer { get; set; } = "https://kubernetes.default.svc.cluster.local";

    /// <summary>The audiences of tokens for this server; what a token is for when nothing else is asked.</summary>
    public IReadOnlyList<string> ApiAudiences { get; set; } = ["https://kubernetes.default.svc.cluster.local"];

    /// <summary>An IPv4 address at which pods reach this server; null keeps no Service <c>default/kubernetes</c>.</summary>
    public IPAddress? AdvertiseAddress { get; set; }

    /// <summary>The port at <see cref="AdvertiseAddress"/>.</summary>
    public int AdvertisePort { get; set; } = 6443;

    /// <summary>File of the audit log, one <c>audit.k8s.io/v1 Event</c> a line; empty for none.</summary>
    public string AuditLogPath { get; set; } = "";

    /// <summary>The size in bytes at which the audit log is put aside.</summary>
    public long AuditLogMaxBytes { get; set; } = 64L * 1024 * 1024;

    /// <summary>How many files of the audit log are kept.</summary>
    public int AuditLogMaxFiles { get; set; } = 5;

    /// <summary>An OpenID Connect provider whose tokens are accepted; without an issuer there is none.</summary>
    public OidcOptions Oidc { get; } = new();

    internal string ServiceAccountKeyFile => ServiceAccountKeyPath.Length > 0 ? ServiceAccountKeyPath : Path.Combine(Path.GetDirectoryName(CaKeyPath) ?? "", "sa.key");

    /// <summary>What is wrong with the options; empty when nothing is.</summary>
    public IReadOnlyList<string> Faults()
    {
        var faults = new List<string>();
        File(CaCertificatePath, nameof(CaCertificatePath), faults);
        File(CaKeyPath, nameof(CaKeyPath), faults);
        if (KubeletClientCertificatePath.Length > 0 || KubeletClientKeyPath.Length > 0)
        {
            File(KubeletClientCertificatePath, nameof(KubeletClientCertificatePath), faults);
            File(KubeletClientKeyPath, nameof(KubeletClientKeyPath), faults);
        }

        if (FrontProxyCaCertificatePath.Length > 0 || FrontProxyClientCertificatePath.Length > 0)
        {
            File(FrontProxyCaCertificatePath, nameof(FrontProxyCaCertificatePath), faults);
            File(FrontProxyClientCertificatePath, nameof(FrontProxyClientCertificatePath), faults);
            File(FrontProxyClientKeyPath, nameof(FrontProxyClientKeyPath), faults);
        }

        if (!IPNetwork.TryParse(ServiceCidr, out var network) || network.PrefixLength is < 12 or > 28 || network.BaseAddress.AddressFamily != System.Net.Sockets.AddressFamily.InterNetwork)
            faults.Add($"{nameof(ServiceCidr)}: \"{ServiceCidr}\" must be an IPv4 range between /12 and /28");
        if (NodePortFirst is < 1024 or > 65535 || NodePortLast < NodePortFirst || NodePortLast > 65535)
            faults.Add($"{nameof(NodePortFirst)}/{nameof(NodePortLast)}: {NodePortFirst}-{NodePortLast} is no range of ports from 1024 to 65535");
        if (MaxRequestBytes is < 64 * 1024 or > 64 * 1024 * 1024)
            faults.Add($"{nameof(MaxRequestBytes)}: {MaxRequestBytes} must lie between 64 KiB and 64 MiB");
        if (IssuedCertificateLifetime < TimeSpan.FromHours(1))
            faults.Add($"{nameof(IssuedCertificateLifetime)}: must be at least one hour");
        if (!Uri.TryCreate(ServiceAccountIssuer, UriKind.Absolute, out var issuer) || issuer.Scheme != Uri.UriSchemeHttps)
            faults.Add($"{nameof(ServiceAccountIssuer)}: \"{ServiceAccountIssuer}\" must be an https address");
        if (AdvertiseAddress is { AddressFamily: not System.Net.Sockets.AddressFamily.InterNetwork })
            faults.Add($"{nameof(AdvertiseAddress)}: {AdvertiseAddress} must be an IPv4 address");
        if (AdvertisePort is < 1 or > 65535)
            faults.Add($"{nameof(AdvertisePort)}: {AdvertisePort} is no port");
        faults.AddRange(Oidc.Faults());
        if (AuditLogMaxBytes < 64 * 1024 || AuditLogMaxFiles is < 1 or > 1000)
            faults.Add($"{nameof(AuditLogMaxBytes)}/{nameof(AuditLogMaxFiles)}: at least 64 KiB and 1 to 1000 files");
        if (ApiAudiences.Count == 0)
            faults.Add($"{nameof(ApiAudiences)}: at least one audience is required");
        return faults;
    }

    private static void File(string path, string key, List<string> faults)
    {
        if (path.Length == 0)
            faults.Add($"{key}: a file path is required");
        else if (!System.IO.File.Exists(path))
            faults.Add($"{key}: the file {path} does not exist");
    }
}
