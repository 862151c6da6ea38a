using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Authentication;

/// <summary>A certificate request of a node, read and checked.</summary>
/// <param name="Pem">The PKCS#10 request, PEM.</param>
/// <param name="Signer">Signer name.</param>
/// <param name="NodeName">The node that gets the certificate.</param>
/// <param name="BootstrapId">Id of the bootstrap token it is paid with; null when the node asks for itself.</param>
/// <param name="Hosts">Alternative names of a serving certificate.</param>
/// <param name="Lifetime">The lifetime asked for; null for the server's own.</param>
internal sealed record NodeCertificateRequest(string Pem, string Signer, string NodeName, string? BootstrapId, IReadOnlyCollection<string> Hosts, TimeSpan? Lifetime)
{
    public const string ClientSigner = "kubernetes.io/kube-apiserver-client-kubelet";
    public const string ServingSigner = "kubernetes.io/kubelet-serving";

    private static readonly string[] ClientUsages = ["client auth", "digital signature", "key encipherment"];
    private static readonly string[] ServingUsages = ["server auth", "digital signature", "key encipherment"];

    public static bool IsOurs(JsonObject document) => document.Object("spec").Text("signerName") is ClientSigner or ServingSigner;

    /// <summary>Reads a request and decides whether its asker may have it.</summary>
    /// <exception cref="CertificateRefusedException">It may not.</exception>
    /// <exception cref="CryptographicException">It is malformed.</exception>
    public static NodeCertificateRequest Read(JsonObject document)
    {
        var spec = document.Object("spec");
        var signer = spec.Text("signerName")!;
        var serving = signer == ServingSigner;
        var pem = Encoding.UTF8.GetString(Convert.FromBase64String(spec.Text("request") ?? ""));
        var request = CertificateRequest.LoadSigningRequestPem(pem, HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
        var nodeName = NodeNameOf(request.SubjectName);
        var usages = spec.Texts("usages").ToArray();
        if (usages.Except(serving ? ServingUsages : ClientUsages).Any() || !usages.Contains(serving ? "server auth" : "client auth"))
            throw new CertificateRefusedException($"The usages {string.Join(", ", usages)} do not fit the signer {signer}.");
        var user = spec.Text("username") ?? "";
        var groups = spec.Texts("groups").ToArray();
        string? bootstrap = null;
        if (user.StartsWith(BootstrapTokenAuthenticator.UserPrefix, StringComparison.Ordinal) && groups.Contains(BootstrapTokenAuthenticator.Group))
        {
            if (serving)
                throw new CertificateRefusedException("A bootstrap token buys a client certificate only; the node asks for its serving certificate itself.");
            bootstrap = user[BootstrapTokenAuthenticator.UserPrefix.Length..];
        }
        else if (user != NodeIdentity.UserPrefix + nodeName || !groups.Contains(NodeIdentity.Group))
        {
            throw new CertificateRefusedException($"User {user} may not have a certificate of node {nodeName}.");
        }

        var lifetime = spec.Integer("expirationSeconds") is { } seconds ? TimeSpan.FromSeconds(Math.Clamp(seconds, 600, 365 * 86400L)) : (TimeSpan?)null;
        return new NodeCertificateRequest(pem, signer, nodeName, bootstrap, serving ? HostsOf(request, nodeName) : [], lifetime);
    }

    private static string NodeNameOf(X500DistinguishedName subject)
    {
        var name = "";
        var organisations = new List<string>();
        foreach (var part in subject.EnumerateRelativeDistinguishedNames())
        {
            if (part.GetSingleElementType().Value == "2.5.4.3")
                name = part.GetSingleElementValue() ?? "";
            else if (part.GetSingleElementType().Value == "2.5.4.10")
                organisations.Add(part.GetSingleElementValue() ?? "");
        }

        if (!name.StartsWith(NodeIdentity.UserPrefix, StringComparison.Ordinal) || organisations is not [NodeIdentity.Group])
            throw new CertificateRefusedException($"The subject must be CN={NodeIdentity.UserPrefix}NAME, O={NodeIdentity.Group}.");
        var node = name[NodeIdentity.UserPrefix.Length..];
        return NameRules.Subdomain(node) is null ? node : throw new CertificateRefusedException($"{node} is no node name.");
    }

    private static List<string> HostsOf(CertificateRequest request, string nodeName)
    {
        var hosts = new List<string>();
        foreach (var extension in request.CertificateExtensions.Where(e => e.Oid?.Value == "2.5.29.17"))
        {
            var names = new X509SubjectAlternativeNameExtension(extension.RawData);
            hosts.AddRange(names.EnumerateIPAddresses().Select(a => a.ToString()));
            foreach (var name in names.EnumerateDnsNames())
            {
                // A node may call itself by its own name only, never by that of another server.
                if (name != nodeName)
                    throw new CertificateRefusedException($"The name {name} is not the node's.");
                hosts.Add(name);
            }
        }

        return hosts.Count > 0 ? hosts : [nodeName];
    }
}
