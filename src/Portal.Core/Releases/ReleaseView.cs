using Portal.Core.Apps;

namespace Portal.Core.Releases;

/// <summary>A release: immutable and numbered per app and environment.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Number">From 1, without gaps.</param>
/// <param name="Reason">What changed, as a short sentence, for example <c>web scaled to 3</c>.</param>
/// <param name="Image">The image reference.</param>
/// <param name="Author">The address of who made it, or <c>webhook</c>.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="RolledBackTo">The number of the older release this one equals, when it is a rollback.</param>
/// <param name="SecretVersions">The version of each secret it carries.</param>
/// <param name="Declaration">The whole declaration.</param>
/// <param name="Rollout">Its rollout.</param>
public sealed record ReleaseView(
    Guid Id, int Number, string Reason, string Image, string Author, DateTimeOffset CreatedAt, int? RolledBackTo,
    IReadOnlyDictionary<string, int> SecretVersions, AppDeclaration Declaration, RolloutView Rollout)
{
    /// <summary>What brought it about.</summary>
    public ReleaseTrigger Trigger { get; init; }

    /// <summary>For a promotion, where it came from, as <c>environment/number</c>.</summary>
    public string? PromotedFrom { get; init; }

    /// <summary>Whether the plan it carried out was kept with it.</summary>
    public bool HasPlan { get; init; }
}
