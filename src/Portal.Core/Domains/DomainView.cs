namespace Portal.Core.Domains;

/// <summary>A host name that belongs to an app.</summary>
/// <param name="Host">The name in lower case, without a trailing dot.</param>
/// <param name="IsDefault">Whether it is the one every app gets.</param>
/// <param name="CreatedAt">When it was claimed.</param>
/// <param name="CertificateUntil">Until when the certificate uploaded for it is valid; null when there is none.</param>
/// <param name="Https">How it answers over HTTPS, as one sentence.</param>
public sealed record DomainView(string Host, bool IsDefault, DateTimeOffset CreatedAt, DateTimeOffset? CertificateUntil = null, string Https = "");
