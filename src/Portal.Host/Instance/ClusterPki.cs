using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Kube.Machinery.Certificates;

namespace Portal.Host.Instance;

/// <summary>
/// The certificates of the embedded cluster, after https://kubernetes.io/docs/setup/best-practices/certificates/: one authority,
/// serving certificates issued in memory at each start, and a kubeconfig with a client certificate for each component.
/// </summary>
internal sealed class ClusterPki
{
    private static readonly TimeSpan ComponentLifetime = TimeSpan.FromDays(365);
    private static readonly TimeSpan RenewBefore = TimeSpan.FromDays(90);
    private readonly DataDirectory _data;
    private readonly TimeProvider _time;

    private ClusterPki(DataDirectory data, CertificateAuthority authority, TimeProvider time)
    {
        _data = data;
        _time = time;
        Authority = authority;
    }

    /// <summary>The cluster's authority.</summary>
    public CertificateAuthority Authority { get; }

    /// <summary>Path of the authority's certificate.</summary>
    public string CaCertificatePath => Path.Combine(_data.Pki, "ca.crt");

    /// <summary>Path of the authority's key.</summary>
    public string CaKeyPath => Path.Combine(_data.Pki, "ca.key");

    /// <summary>Path of the certificate with which the API server calls node agents.</summary>
    public string KubeletClientCertificatePath => Path.Combine(_data.Pki, "kubelet-client.crt");

    /// <summary>Path of that certificate's key.</summary>
    public string KubeletClientKeyPath => Path.Combine(_data.Pki, "kubelet-client.key");

    /// <summary>Reads the authority, or creates it on the first start.</summary>
    public static ClusterPki LoadOrCreate(DataDirectory data, TimeProvider time)
    {
        var certificatePath = Path.Combine(data.Pki, "ca.crt");
        var keyPath = Path.Combine(data.Pki, "ca.key");
        if (File.Exists(certificatePath) && File.Exists(keyPath))
            return new ClusterPki(data, CertificateAuthority.FromPem(File.ReadAllText(certificatePath), File.ReadAllText(keyPath), time), time);

        var authority = CertificateAuthority.Create("portal-ca", time);
        OwnerFile.Write(keyPath, authority.PrivateKeyPem);
        OwnerFile.Write(certificatePath, authority.CertificatePem);
        return new ClusterPki(data, authority, time);
    }

    /// <summary>Writes the component's kubeconfigs and the administrator's, renewing certificates that near their end.</summary>
    /// <param name="server">The API server's address, <c>https://127.0.0.1:6443</c>.</param>
    public void WriteKubeconfigs(string server)
    {
        WriteKubeconfig(_data.AdminKubeconfig, server, "kubernetes-admin", ["system:masters"]);
        WriteKubeconfig(_data.Kubeconfig("scheduler"), server, "system:kube-scheduler", []);
        WriteKubeconfig(_data.Kubeconfig("controllers"), server, "system:kube-controller-manager", []);
        WriteKubeconfig(_data.Kubeconfig("portal"), server, "system:portal", []);
        WriteKubeconfig(_data.Kubeconfig("ingress"), server, "system:ingress", []);
        if (NeedsIssue(KubeletClientCertificatePath))
        {
            var issued = Authority.IssueClient("kube-apiserver-kubelet-client", ["system:masters"], ComponentLifetime);
            OwnerFile.Write(KubeletClientKeyPath, issued.PrivateKeyPem);
            OwnerFile.Write(KubeletClientCertificatePath, issued.CertificatePem);
        }
    }

    /// <summary>Issues the API server's serving certificate for this start.</summary>
    /// <param name="extra">Further names and addresses.</param>
    public X509Certificate2 IssueServing(IEnumerable<string> extra)
    {
        string[] names =
        [
            "localhost", "127.0.0.1", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local",
            Dns.GetHostName(), .. LocalAddresses(), .. extra,
        ];
        var issued = Authority.IssueServing("kube-apiserver", names.Distinct().ToArray(), ComponentLifetime);
        using var certificate = X509Certificate2.CreateFromPem(issued.CertificatePem, issued.PrivateKeyPem);
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>This machine's IPv4 addresses, loopback excepted.</summary>
    public static IEnumerable<string> LocalAddresses() =>
        NetworkInterface.GetAllNetworkInterfaces()
            .Where(network => network.OperationalStatus == OperationalStatus.Up && network.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .SelectMany(network => network.GetIPProperties().UnicastAddresses)
            .Where(address => address.Address.AddressFamily == AddressFamily.InterNetwork)
            .Select(address => address.Address.ToString());

    private void WriteKubeconfig(string path, string server, string user, IReadOnlyCollection<string> groups)
    {
        var certificatePath = Path.Combine(_data.Pki, user.Replace(':', '-') + ".crt");
        if (!NeedsIssue(certificatePath) && File.Exists(path) && File.ReadAllText(path).Contains($"server: {server}\n", StringComparison.Ordinal))
            return;

        var issued = Authority.IssueClient(user, groups, ComponentLifetime);
        OwnerFile.Write(path, $"""
            apiVersion: v1
            kind: Config
            clusters:
            - name: portal
              cluster:
                server: {server}
                certificate-authority-data: {Base64(Authority.CertificatePem)}
            users:
            - name: {user}
              user:
                client-certificate-data: {Base64(issued.CertificatePem)}
                client-key-data: {Base64(issued.PrivateKeyPem)}
            contexts:
            - name: portal
              context:
                cluster: portal
                user: {user}
            current-context: portal

            """);
        OwnerFile.Write(certificatePath, issued.CertificatePem);
    }

    private bool NeedsIssue(string certificatePath)
    {
        if (!File.Exists(certificatePath))
            return true;
        using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(certificatePath));
        return certificate.NotAfter.ToUniversalTime() - RenewBefore < _time.GetUtcNow().UtcDateTime;
    }

    private static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(text));
}
