using System.Text.Json;

namespace Portal.Core.Clusters;

/// <summary>What leads to a cluster and proves who asks: all that is kept of a kubeconfig, sealed.</summary>
/// <param name="Server">The API's address, https.</param>
/// <param name="Authority">The authority's certificates, PEM in base64; null for the public ones.</param>
/// <param name="TlsServerName">The name the server's certificate is for, when it is not the address's.</param>
/// <param name="Token">A bearer token.</param>
/// <param name="Certificate">A client certificate, PEM in base64.</param>
/// <param name="Key">Its key, PEM in base64.</param>
internal sealed record ClusterAccess(Uri Server, string? Authority, string? TlsServerName, string? Token, string? Certificate, string? Key)
{
    /// <summary>The name under which it is sealed.</summary>
    public const string SealName = "kubeconfig";

    /// <summary>Where its API is, for people: never with a user, a query or a path that might be a credential.</summary>
    public string Shown => Server.GetLeftPart(UriPartial.Authority);

    /// <summary>The text to seal.</summary>
    public string Write() => JsonSerializer.Serialize(this);

    public static ClusterAccess Read(string text) => JsonSerializer.Deserialize<ClusterAccess>(text) ?? throw new JsonException("Sealed credentials are empty.");

    // A record prints its parts, and these must never be seen.
    public override string ToString() => $"ClusterAccess {{ Server = {Shown} }}";
}
