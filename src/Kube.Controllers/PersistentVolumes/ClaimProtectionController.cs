using k8s.Models;
using Kube.Machinery.Client;
using Kube.Machinery.Informers;
using Kube.Machinery.Metadata;

namespace Kube.Controllers.PersistentVolumes;

/// <summary>Keeps a claim that is being deleted until no pod uses it.</summary>
internal sealed class ClaimProtectionController(ControllerContext context) : Controller(context, workers: 2)
{
    private readonly ResourceClient<V1PersistentVolumeClaim> _claims = context.Client.Resource<V1PersistentVolumeClaim>();
    private readonly ResourceClient<V1Pod> _pods = context.Client.Resource<V1Pod>();

    protected override IEnumerable<IDisposable> Subscribe()
    {
        yield return Own(Informers.PersistentVolumeClaims);
        yield return Informers.Pods.Subscribe(change =>
        {
            if (change.Kind == InformerEventKind.Deleted)
            {
                foreach (var claim in ClaimsOf(change.Object))
                {
                    Queue.Add(new NamespacedName(change.Object.Metadata.NamespaceProperty, claim));
                }
            }
        });
    }

    /// <summary>The names of the claims a pod uses.</summary>
    public static IEnumerable<string> ClaimsOf(V1Pod pod) => (pod.Spec.Volumes ?? [])
        .Select(v => v.PersistentVolumeClaim?.ClaimName ?? (v.Ephemeral is null ? null : $"{pod.Metadata.Name}-{v.Name}"))
        .OfType<string>();

    protected override async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        if (Informers.PersistentVolumeClaims.Get(key.Namespace, key.Name) is not { } claim)
        {
            return null;
        }

        // The cache of pods may be behind; before data may go, the pods themselves are asked.
        var used = claim.Metadata.DeletionTimestamp is not null
            && (Uses(ClusterInformers.InNamespace(Informers.Pods, key.Namespace), key.Name) || Uses((await _pods.ListAsync(key.Namespace, null, cancellationToken)).Items, key.Name));
        await ProtectionFinalizer.KeepAsync(_claims, claim, ProtectionFinalizer.Claim, () => used, cancellationToken);
        return null;
    }

    // A pod without a node has not begun to use it.
    private static bool Uses(IEnumerable<V1Pod> pods, string claim) => pods.Any(p => !string.IsNullOrEmpty(p.Spec.NodeName) && ClaimsOf(p).Contains(claim));
}
