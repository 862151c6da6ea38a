namespace Kube.Machinery.Schema;

/// <summary>One field of the key of a list map.</summary>
/// <param name="Name">Field name within the item.</param>
/// <param name="Default">What a missing field means; null when it must be there.</param>
public sealed record ListKey(string Name, string? Default);
