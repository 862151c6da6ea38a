namespace Portal.Core.Apps;

/// <summary>One version of a secret, without its value.</summary>
/// <param name="Name">The environment variable's name.</param>
/// <param name="Version">From 1. Releases say which version they carry.</param>
/// <param name="Author">Who set it.</param>
/// <param name="At">When.</param>
public sealed record SecretVersion(string Name, int Version, string Author, DateTimeOffset At);
