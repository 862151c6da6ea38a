using System.Collections.Immutable;
using Portal.Core.Apps;

namespace Portal.Core.Transfers;

/// <summary>A file to import.</summary>
/// <param name="File">The text, as <see cref="ITransfers.ExportAsync"/> writes it.</param>
public sealed record ImportOrder(string File)
{
    /// <summary>The project's name here; null for the one in the file.</summary>
    public string? Project { get; init; }

    /// <summary>Values of secrets by <c>environment/app/NAME</c>, for those that have none here yet.</summary>
    public IReadOnlyDictionary<string, Sensitive> Secrets { get; init; } = ImmutableDictionary<string, Sensitive>.Empty;

    /// <summary>Leaves the apps' own domains out, as a copy beside the original must.</summary>
    public bool WithoutDomains { get; init; }
}
