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

    /// <summary>Path of the certificate of the authority whose certificates only the cluster's own server processes have: they forward requests in a user's name.</summary>
    public string FrontProxyCaCertificatePath => Path.Combine(_data.Pki, "front-proxy-ca.crt");

    /// <summary>Path of the certificate with which a server process forwards requests to another.</summary>
    public string FrontProxyClientCertificatePath => Path.Combine(_data.Pki, "front-proxy-client.crt");

    /// <summary>Path of that certificate's key.</summary>
    public string FrontProxyClientKeyPath => Path.Combine(_data.Pki, "front-proxy-client.key");

    /// <summary>Reads the authority, or creates it on the first start.</summary>
    public static ClusterPki LoadOrCreate(DataDirectory data, TimeProvider time)
    {
        var pki = new ClusterPki(data, LoadOrCreateAuthority(data, "ca", "portal-ca", time), time);
        if (pki.NeedsIssue(pki.FrontProxyClientCertificatePath))
        {
            // An authority of its own: what it signs may act in anybody's name, so nothing that signs for nodes or people can.
            var issued = LoadOrCreateAuthority(data, "front-proxy-ca", "portal-front-proxy-ca", time).IssueClient("front-proxy-client", [], ComponentLifetime);
            OwnerFile.Write(pki.FrontProxyClientKeyPath, issued.PrivateKeyPem);
            OwnerFile.Write(pki.FrontProxyClientCertificatePath, issued.CertificatePem);
        }

        return pki;
    }

    /// <summary>Writes the component's kubeconfigs and the administrator's, renewing certificates that near their end.</summary>
    /// <param name="server">The API server's address, <c>https://127.0.0.1:6443</c>.</param>
    public void WriteKubeconfigs(string server)
    {
        WriteKubeconfig(_data.AdminKubeconfig, server, "kubernetes-admin", ["system:masters"]);
        WriteControlPlane(server, string.Empty);
        WriteKubeconfig(_data.Kubeconfig("portal"), server, "system:portal", []);
        WriteKubeconfig(_data.Kubeconfig("ingress"), server, "system:ingress", []);
        if (NeedsIssue(KubeletClientCertificatePath))
        {
            var issued = Authority.IssueClient("kube-apiserver-kubelet-client", ["system:masters"], ComponentLifetime);
            OwnerFile.Write(KubeletClientKeyPath, issued.PrivateKeyPem);
            OwnerFile.Write(KubeletClientCertificatePath, issued.CertificatePem);
        }
    }

    /// <summary>Writes the kubeconfigs of a scheduler and controllers that stand beside an API server of their own.</summary>
    /// <param name="server">That API server's address.</param>
    /// <param name="suffix">What keeps their files apart from those of other servers of the instance; empty for the first.</param>
    public void WriteControlPlane(string server, string suffix)
    {
        WriteKubeconfig(_data.Kubeconfig("scheduler" + suffix), server, "system:kube-scheduler", []);
        WriteKubeconfig(_data.Kubeconfig("controllers" + suffix), server, "system:kube-controller-manager", []);
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

    private static CertificateAuthority LoadOrCreateAuthority(DataDirectory data, string file, string name, TimeProvider time)
    {
        var certificatePath = Path.Combine(data.Pki, file + ".crt");
        var keyPath = Path.Combine(data.Pki, file + ".key");
        if (File.Exists(certificatePath) && File.Exists(keyPath))
            return CertificateAuthority.FromPem(File.ReadAllText(certificatePath), File.ReadAllText(keyPath), time);

        var authority = CertificateAuthority.Create(name, time);
        OwnerFile.Write(keyPath, authority.PrivateKeyPem);
        OwnerFile.Write(certificatePath, authority.CertificatePem);
        return authority;
    }

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
