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

    /// <summary>The instance release it goes on with, for a way back to instances that may still run; null to find out.</summary>
    public int? InstancesOf { get; init; }

    /// <summary>Whether it only says under which name the same goes on.</summary>
    public bool Renames { get; init; }

    /// <summary>Whether neither a freeze nor a missing approval holds it back: going back to what was good is never a risk taken, and another name changes nothing that runs.</summary>
    public bool IsExempt => Renames || Trigger == ReleaseTrigger.Recovery;
}
