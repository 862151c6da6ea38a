using k8s;
using k8s.Models;

namespace Portal.Core.Apply;

/// <summary>How objects of a kind are applied, listed and deleted.</summary>
/// <param name="Name">The kind.</param>
/// <param name="Apply">Applies one.</param>
/// <param name="List">Lists those of a namespace by a label selector; null for what belongs to the environment rather than to an app.</param>
/// <param name="Delete">Deletes one.</param>
internal sealed record KubeKind(
    string Name,
    Func<ApplyCall, Task<object>> Apply,
    Func<IKubernetes, string, string, CancellationToken, Task<IEnumerable<IKubernetesObject<V1ObjectMeta>>>>? List,
    Func<IKubernetes, string, string, V1DeleteOptions, CancellationToken, Task> Delete);
