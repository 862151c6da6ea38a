namespace Portal.Core.Apps;

/// <summary>A secret without its value.</summary>
/// <param name="Name">The environment variable's name.</param>
/// <param name="Version">The newest version, from 1.</param>
/// <param name="SetAt">When that version was set.</param>
public sealed record SecretView(string Name, int Version, DateTimeOffset SetAt);
