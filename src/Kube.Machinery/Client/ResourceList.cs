namespace Kube.Machinery.Client;

/// <summary>A consistent list.</summary>
/// <typeparam name="T">Model of the items.</typeparam>
/// <param name="ResourceVersion">The version to watch from.</param>
/// <param name="Items">The objects.</param>
public sealed record ResourceList<T>(string ResourceVersion, IReadOnlyList<T> Items);
