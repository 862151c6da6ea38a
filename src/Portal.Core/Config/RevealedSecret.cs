using Portal.Core.Apps;

namespace Portal.Core.Config;

/// <summary>A secret that a person asked to see.</summary>
/// <param name="Name">The environment variable's name.</param>
/// <param name="Version">Its version, from 1.</param>
/// <param name="Value">The value.</param>
public sealed record RevealedSecret(string Name, int Version, Sensitive Value);
