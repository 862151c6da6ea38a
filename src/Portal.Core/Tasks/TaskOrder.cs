using System.Collections.Immutable;

namespace Portal.Core.Tasks;

/// <summary>A task to run.</summary>
/// <param name="Command">The command, 1 to 64 words.</param>
/// <param name="Size">A name of <see cref="Apps.SizeTable"/>; null for the default.</param>
/// <param name="Timeout">Seconds it may take, 1 to 86,400; null for an hour.</param>
public sealed record TaskOrder(ImmutableArray<string> Command, string? Size = null, int? Timeout = null);
