using k8s.Models;
using Kube.Machinery.Volumes;

namespace Kube.Scheduler.Volumes;

/// <summary>Claims, volumes and storage classes by name: where a pod's volumes let it go.</summary>
internal sealed class VolumeIndex
{
    private readonly Dictionary<string, V1PersistentVolumeClaim> _claims = new(StringComparer.Ordinal);
    private readonly Dictionary<string, V1PersistentVolume> _volumes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, V1StorageClass> _classes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _reserved = new(StringComparer.Ordinal);

    /// <summary>Takes a claim over.</summary>
    /// <param name="key"><c>namespace/name</c>.</param>
    /// <param name="claim">The claim; null for one that is gone.</param>
    public void SetClaim(string key, V1PersistentVolumeClaim? claim)
    {
        // Bound or gone, or a provisioner gave up and leaves the choice of a node to us again.
        if (claim is null || !string.IsNullOrEmpty(claim.Spec.VolumeName) || (_claims.TryGetValue(key, out var before) && HasNode(before) && !HasNode(claim)))
        {
            _reserved.Remove(key);
        }

        Set(_claims, key, claim);
    }

    /// <summary>Notes that a claim is to get a volume, until it is seen bound.</summary>
    public void Reserve(VolumeReservation reservation) => _reserved[reservation.Key] = reservation.Volume?.Metadata.Name ?? "";

    /// <summary>Takes a reservation back that was not written.</summary>
    public void Release(VolumeReservation reservation) => _reserved.Remove(reservation.Key);

    /// <summary>Takes a volume over; null for one that is gone.</summary>
    public void SetVolume(string name, V1PersistentVolume? volume) => Set(_volumes, name, volume);

    /// <summary>Takes a storage class over; null for one that is gone.</summary>
    public void SetClass(string name, V1StorageClass? storageClass) => Set(_classes, name, storageClass);

    /// <summary>An index of its own with the same content.</summary>
    public VolumeIndex Copy()
    {
        var copy = new VolumeIndex();
        copy.Take(this);
        return copy;
    }

    /// <summary>Takes over all that another index holds.</summary>
    public void Take(VolumeIndex other)
    {
        Copy(other._claims, _claims);
        Copy(other._volumes, _volumes);
        Copy(other._classes, _classes);
        Copy(other._reserved, _reserved);
    }

    /// <summary>Where the claims of a pod let it go; null when it has none.</summary>
    public VolumeRules? RulesFor(Snapshot.PodShape shape)
    {
        if (shape.Claims.IsEmpty)
        {
            return null;
        }

        var selectors = new List<V1NodeSelector>();
        var waiting = new List<(V1PersistentVolumeClaim, V1StorageClass)>();
        foreach (var key in shape.Claims)
        {
            var name = key[(key.IndexOf('/', StringComparison.Ordinal) + 1)..];
            if (!_claims.TryGetValue(key, out var claim))
            {
                return VolumeRules.Nowhere($"persistentvolumeclaim \"{name}\" not found");
            }

            if (claim.Metadata.DeletionTimestamp is not null)
            {
                return VolumeRules.Nowhere($"persistentvolumeclaim \"{name}\" is being deleted");
            }

            if (string.IsNullOrEmpty(claim.Spec.VolumeName))
            {
                // A claim that waits for its first consumer follows the pod; any other must be bound first.
                if (_classes.GetValueOrDefault(VolumeMatch.ClassOf(claim)) is not { VolumeBindingMode: "WaitForFirstConsumer" } storageClass)
                {
                    return VolumeRules.Nowhere("pod has unbound immediate PersistentVolumeClaims");
                }

                if (_reserved.ContainsKey(key) || HasNode(claim) || _volumes.Values.Any(v => v.Spec.ClaimRef is { } reference && VolumeMatch.IsFor(reference, claim)))
                {
                    return VolumeRules.Nowhere($"persistentvolumeclaim \"{name}\" is being bound");
                }

                waiting.Add((claim, storageClass));
                continue;
            }

            if (!_volumes.TryGetValue(claim.Spec.VolumeName, out var volume))
            {
                return VolumeRules.Nowhere("node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)");
            }

            if (volume.Spec.NodeAffinity?.Required is { } required)
            {
                selectors.Add(required);
            }
        }

        return new VolumeRules(null, selectors, waiting, waiting.Count == 0 ? [] : [.. _volumes.Values.Where(v => v.Spec.ClaimRef is null && !_reserved.ContainsValue(v.Metadata.Name))]);
    }

    private static void Copy<T>(Dictionary<string, T> from, Dictionary<string, T> to)
    {
        foreach (var (key, value) in from)
        {
            to[key] = value;
        }
    }

    private static bool HasNode(V1PersistentVolumeClaim claim) => claim.Metadata.Annotations?.ContainsKey(VolumeReservation.SelectedNode) == true;

    private static void Set<T>(Dictionary<string, T> index, string key, T? value)
    {
        if (value is null)
        {
            index.Remove(key);
        }
        else
        {
            index[key] = value;
        }
    }
}
