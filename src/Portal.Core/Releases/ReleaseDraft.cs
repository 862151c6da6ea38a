using System.Collections.Immutable;
using Portal.Core.Apps;
using Portal.Core.Plan;

namespace Portal.Core.Releases;

/// <summary>What a release is to hold.</summary>
internal sealed record ReleaseDraft(AppDeclaration Declaration, ImmutableSortedDictionary<string, int> SecretVersions, string Reason, string Author)
{
    public int? RolledBackTo { get; init; }

    public Guid? DeliveryId { get; init; }

    /// <summary>What brings it about.</summary>
    public required ReleaseTrigger Trigger { get; init; }

    /// <summary>For a promotion, where it comes from.</summary>
    public string? PromotedFrom { get; init; }

    /// <summary>The plan it carries out.</summary>
    public PlanView? Plan { get; init; }

    /// <summary>Whether instances are replaced even when nothing of theirs changed.</summary>
    public bool Restart { get; init; }
}
