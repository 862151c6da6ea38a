namespace Kube.Machinery.Client;

/// <summary>One line of a watch stream.</summary>
/// <typeparam name="T">Model of the object.</typeparam>
/// <param name="Kind">What happened.</param>
/// <param name="Object">The object; for a bookmark only <c>metadata.resourceVersion</c> means anything.</param>
public sealed record WatchEvent<T>(WatchEventKind Kind, T Object);
