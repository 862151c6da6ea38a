using Portal.Core.Releases;

namespace Portal.Core.Data;

/// <summary>A release. Never updated: a trigger in the database refuses it.</summary>
internal sealed class ReleaseRow : ITenantRow
{
    public required Guid Id { get; init; }

    public required Guid TeamId { get; init; }

    public required Guid AppId { get; init; }

    public required int Number { get; init; }

    public required string Reason { get; init; }

    public required string Image { get; init; }

    public required string Author { get; init; }

    /// <summary>The declaration as JSON.</summary>
    public required string Declaration { get; init; }

    /// <summary>A JSON object of secret name to version.</summary>
    public required string SecretVersions { get; init; }

    /// <summary>The number of the release since which instances have not had to be replaced: this one's, unless only scale or domains changed.</summary>
    public required int InstanceRelease { get; init; }

    public int? RolledBackTo { get; init; }

    public Guid? DeliveryId { get; init; }

    /// <summary>What brought it about.</summary>
    public required ReleaseTrigger Trigger { get; init; }

    /// <summary>For a promotion, where it came from, as <c>environment/number</c>.</summary>
    public string? PromotedFrom { get; init; }

    /// <summary>The plan it carries out, as JSON; null when none was made.</summary>
    public string? Plan { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
