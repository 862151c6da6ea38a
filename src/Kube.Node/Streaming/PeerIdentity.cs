using System.Security.Cryptography.X509Certificates;

namespace Kube.Node.Streaming;

/// <summary>Recognises the API server by its client certificate: the cluster's authority, that common name, that organisation.</summary>
internal static class PeerIdentity
{
    private const string User = "kube-apiserver-kubelet-client";
    private const string Group = "system:masters";

    public static bool IsApiServer(X509Certificate2 certificate, X509Certificate2 authority) =>
        IsSignedBy(certificate, authority) && Names(certificate, "2.5.4.3").Contains(User) && Names(certificate, "2.5.4.10").Contains(Group);

    public static bool IsSignedBy(X509Certificate2 certificate, X509Certificate2 authority)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid("1.3.6.1.5.5.7.3.2"));
        return chain.Build(certificate);
    }

    // From the encoded name, not from its text: a text can be made to look like another name.
    private static HashSet<string> Names(X509Certificate2 certificate, string type)
    {
        var values = new HashSet<string>(StringComparer.Ordinal);
        foreach (var part in certificate.SubjectName.EnumerateRelativeDistinguishedNames())
        {
            if (!part.HasMultipleElements && part.GetSingleElementType().Value == type && part.GetSingleElementValue() is { } value)
                values.Add(value);
        }

        return values;
    }
}
