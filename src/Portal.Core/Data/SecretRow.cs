namespace Portal.Core.Data;

/// <summary>One version of an app's secret, sealed by <c>SecretCipher</c>.</summary>
internal sealed class SecretRow : ITenantRow
{
    public required Guid TeamId { get; init; }

    public required Guid AppId { get; init; }

    public required string Name { get; init; }

    public required int Version { get; init; }

    public required byte[] Sealed { get; init; }

    public required string Author { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
