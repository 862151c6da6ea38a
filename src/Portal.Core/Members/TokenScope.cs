using System.Collections.Immutable;

namespace Portal.Core.Members;

/// <summary>What an API token narrows its owner's rights to. The owner's present role still applies at every use.</summary>
/// <param name="Team">The only team the token works in, or null for every team of the owner.</param>
/// <param name="Rights">The only rights the token carries, or null for every right of the owner.</param>
public sealed record TokenScope(string? Team, ImmutableHashSet<Right>? Rights);
