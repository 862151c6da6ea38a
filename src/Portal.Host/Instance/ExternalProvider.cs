namespace Portal.Host.Instance;

/// <summary>The three settings that replace the embedded OpenID Connect server by another.</summary>
/// <param name="Authority">Issuer address.</param>
/// <param name="ClientId">The portal's client id there.</param>
/// <param name="ClientSecret">Its secret, when the provider wants one.</param>
internal sealed record ExternalProvider(string Authority, string ClientId, string? ClientSecret)
{
    /// <summary>Without the secret, for logs.</summary>
    public override string ToString() => $"ExternalProvider {{ {Authority}, {ClientId} }}";
}
