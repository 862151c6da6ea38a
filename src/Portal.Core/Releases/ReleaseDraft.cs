using System.Collections.Immutable;
using Portal.Core.Apps;

namespace Portal.Core.Releases;

/// <summary>What a release is to hold.</summary>
internal sealed record ReleaseDraft(AppDeclaration Declaration, ImmutableSortedDictionary<string, int> SecretVersions, string Reason, string Author)
{
    public int? RolledBackTo { get; init; }

    public Guid? DeliveryId { get; init; }

    /// <summary>Whether instances are replaced even when nothing of theirs changed.</summary>
    public bool Restart { get; init; }
}
