using System.Security.Cryptography.X509Certificates;

namespace Kube.Node.Registration;

/// <summary>The node's certificates and keys on disk (keys 0600) and in memory.</summary>
internal sealed class CredentialStore(NodePaths paths, NodeOptions options)
{
    private volatile X509Certificate2? _serving;
    private volatile X509Certificate2? _authority;

    /// <summary>The cluster's authority.</summary>
    public X509Certificate2 Authority => _authority ??= X509CertificateLoader.LoadCertificateFromFile(paths.CaCertificate);

    /// <summary>The kubelet API's certificate with its key.</summary>
    public X509Certificate2 Serving => _serving ??= X509Certificate2.CreateFromPemFile(paths.ServingCertificate, paths.ServingKey);

    public bool HasAuthority => File.Exists(paths.CaCertificate);

    public bool HasClient => File.Exists(paths.ClientCertificate) && File.Exists(paths.ClientKey);

    public bool HasServing => File.Exists(paths.ServingCertificate) && File.Exists(paths.ServingKey);

    /// <summary>Client certificate; only for its dates and name.</summary>
    public X509Certificate2 Client => X509CertificateLoader.LoadCertificateFromFile(paths.ClientCertificate);

    public void SaveAuthority(string pem)
    {
        Write(paths.CaCertificate, pem);
        _authority = null;
    }

    public void SaveClient(string certificatePem, string keyPem)
    {
        Write(paths.ClientKey, keyPem);
        Write(paths.ClientCertificate, certificatePem);
        Write(paths.Kubeconfig, Kubeconfig.Create(options.Servers, options.NodeName, paths));
    }

    public void SaveServing(string certificatePem, string keyPem)
    {
        Write(paths.ServingKey, keyPem);
        Write(paths.ServingCertificate, certificatePem);
        _serving = null;
    }

    /// <summary>Writes the kubeconfig again: the servers' addresses may have changed since the node joined.</summary>
    public void SaveKubeconfig() => Write(paths.Kubeconfig, Kubeconfig.Create(options.Servers, options.NodeName, paths));

    // Owner-only from its first byte, and whole or not there.
    private static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var fresh = path + ".new";
        File.Delete(fresh);
        using (var stream = new FileStream(fresh, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        using (var writer = new StreamWriter(stream))
            writer.Write(text);
        File.Move(fresh, path, overwrite: true);
    }
}
