namespace Kube.Machinery.Informers;

/// <summary>A change of an informer's cache.</summary>
/// <typeparam name="T">Model of the object.</typeparam>
/// <param name="Kind">How it changed.</param>
/// <param name="Object">The object; for a deletion its last known state.</param>
/// <param name="Old">The version before; null for an addition.</param>
public sealed record InformerEvent<T>(InformerEventKind Kind, T Object, T? Old);
