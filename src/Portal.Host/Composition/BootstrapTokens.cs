using System.Security.Cryptography;
using k8s;
using k8s.Models;

namespace Portal.Host.Composition;

/// <summary>
/// One-time join tokens, as https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/ describes them; the API
/// server deletes one as it signs the certificate asked for with it.
/// </summary>
internal static class BootstrapTokens
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>Creates a token.</summary>
    /// <param name="client">An administrator.</param>
    /// <param name="authorityHash">SHA-256 of the authority's public key, lower-case hex: what the joining node pins.</param>
    /// <param name="lifetime">How long it may be used.</param>
    /// <param name="time">Clock.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns><c>id.secret:hash</c>.</returns>
    public static async Task<string> CreateAsync(IKubernetes client, string authorityHash, TimeSpan lifetime, TimeProvider time, CancellationToken cancellationToken)
    {
        var id = RandomNumberGenerator.GetString(Alphabet, 6);
        var secret = RandomNumberGenerator.GetString(Alphabet, 16);
        await client.CoreV1.CreateNamespacedSecretAsync(
            new V1Secret
            {
                Metadata = new V1ObjectMeta { Name = "bootstrap-token-" + id },
                Type = "bootstrap.kubernetes.io/token",
                StringData = new Dictionary<string, string>
                {
                    ["token-id"] = id,
                    ["token-secret"] = secret,
                    ["expiration"] = (time.GetUtcNow() + lifetime).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
                    ["usage-bootstrap-authentication"] = "true",
                    ["usage-bootstrap-signing"] = "true",
                },
            },
            "kube-system",
            cancellationToken: cancellationToken);
        return $"{id}.{secret}:{authorityHash}";
    }
}
