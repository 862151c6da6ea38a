using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;

namespace Kube.ApiServer.Authentication;

/// <summary>
/// A client certificate signed by the cluster's authority: its common name is the user, its organisations are the groups.
/// The chain is built once a connection.
/// </summary>
internal sealed class ClientCertificateAuthenticator : IDisposable
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private static readonly object Unauthenticated = new();
    private readonly X509Certificate2 _authority;
    private readonly TimeProvider _time;

    public ClientCertificateAuthenticator(ApiServerOptions options, TimeProvider time)
    {
        _authority = X509CertificateLoader.LoadCertificateFromFile(options.CaCertificatePath);
        _time = time;
    }

    public void Dispose() => _authority.Dispose();

    /// <summary>The user of the connection's certificate; null without one.</summary>
    /// <exception cref="UntrustedCertificateException">A certificate was shown that the authority did not sign, or that has expired.</exception>
    public UserInfo? Authenticate(HttpContext http)
    {
        if (ConnectionMemory.Recall(http, typeof(ClientCertificateAuthenticator)) is { } known)
        {
            return known switch
            {
                Entry entry when entry.NotAfter > _time.GetUtcNow() => entry.User,
                Entry => throw new UntrustedCertificateException("the client certificate has expired"),
                _ => null,
            };
        }

        if (http.Connection.ClientCertificate is not { } certificate)
        {
            ConnectionMemory.Remember(http, typeof(ClientCertificateAuthenticator), Unauthenticated);
            return null;
        }

        var user = Verify(certificate);
        ConnectionMemory.Remember(http, typeof(ClientCertificateAuthenticator), new Entry(user, certificate.NotAfter));
        return user;
    }

    private UserInfo Verify(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(_authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid(ClientAuthentication));
        chain.ChainPolicy.VerificationTime = _time.GetUtcNow().UtcDateTime;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        if (!chain.Build(certificate))
            throw new UntrustedCertificateException(string.Join("; ", chain.ChainStatus.Select(s => s.StatusInformation)));
        var name = "";
        var groups = new List<string>();
        foreach (var part in certificate.SubjectName.EnumerateRelativeDistinguishedNames())
        {
            switch (part.GetSingleElementType().Value)
            {
                case "2.5.4.3":
                    name = part.GetSingleElementValue() ?? "";
                    break;
                case "2.5.4.10":
                    groups.Add(part.GetSingleElementValue() ?? "");
                    break;
            }
        }

        if (name.Length == 0)
            throw new UntrustedCertificateException("the client certificate has no common name");
        groups.Add("system:authenticated");
        return new UserInfo(name, "", groups, UserInfo.NoExtra);
    }

    private sealed record Entry(UserInfo User, DateTime NotAfter);
}
