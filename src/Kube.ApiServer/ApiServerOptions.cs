using System.Net;

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
