using System.Collections.Immutable;
using Portal.Core.Apps;
using Portal.Core.Members;
using Portal.Core.Quotas;

namespace Portal.Core.Transfers;

/// <summary>A project as its file has it.</summary>
internal sealed record ProjectFile
{
    public required string Name { get; init; }

    public ImmutableSortedDictionary<string, Place> Environments { get; init; } = ImmutableSortedDictionary<string, Place>.Empty;

    public QuotaAmounts? Quota { get; init; }

    public ImmutableArray<Person> Members { get; init; } = [];

    public ImmutableArray<Declared> Apps { get; init; } = [];

    /// <summary>What holds for an environment.</summary>
    internal sealed record Place(bool Protected, bool Approvals);

    /// <summary>A member of the team.</summary>
    internal sealed record Person(string Email, Role Role);

    /// <summary>An app of an environment; the declaration names neither team nor project.</summary>
    internal sealed record Declared(string Environment, AppDeclaration Declaration)
    {
        public string Name => $"{Environment}/{Declaration.Metadata.Name}";
    }
}
