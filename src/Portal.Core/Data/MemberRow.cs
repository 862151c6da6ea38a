using Portal.Core.Members;

namespace Portal.Core.Data;

/// <summary>An account's membership of a team.</summary>
internal sealed class MemberRow : ITenantRow
{
    public required Guid TeamId { get; init; }

    public required Guid UserId { get; init; }

    public required string Email { get; init; }

    public required Role Role { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}
