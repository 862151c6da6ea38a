namespace Kube.ApiServer.Storage;

/// <summary>The identity of a stored object.</summary>
/// <param name="Resource">Plural resource with its group, <c>deployments.apps</c>; of the core group just <c>pods</c>.</param>
/// <param name="Namespace">Namespace, or an empty string for cluster-scoped objects.</param>
/// <param name="Name">Object name.</param>
internal readonly record struct ObjectKey(string Resource, string Namespace, string Name);
