namespace Portal.Identity.Persistence;

/// <summary>The single row that decides whether first-time set-up is open; locked by whoever creates a platform administrator.</summary>
internal sealed class SetupCode
{
    public const int TheId = 1;

    public int Id { get; set; } = TheId;

    public byte[] Hash { get; set; } = [];

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? UsedAt { get; set; }
}
