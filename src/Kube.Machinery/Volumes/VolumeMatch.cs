using k8s.Models;
using Kube.Machinery.Selectors;

namespace Kube.Machinery.Volumes;

/// <summary>Which volume suits a claim: https://kubernetes.io/docs/concepts/storage/persistent-volumes/#binding.</summary>
public static class VolumeMatch
{
    /// <summary>The smallest volume that suits; one that a person reserved for the claim comes first. Null when there is none.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="volumes">All volumes.</param>
    /// <param name="reservedOnly">The claim waits for its first pod, so nothing is chosen for it here.</param>
    public static V1PersistentVolume? Find(V1PersistentVolumeClaim claim, IEnumerable<V1PersistentVolume> volumes, bool reservedOnly)
    {
        ArgumentNullException.ThrowIfNull(claim);
        var suitable = volumes.Where(v => v.Metadata.DeletionTimestamp is null).ToList();
        var reserved = suitable.Where(v => v.Spec.ClaimRef is { } reference && IsFor(reference, claim) && HasRoom(v, claim) && Mode(v) == Mode(claim)).MinBy(v => v.Metadata.Name, StringComparer.Ordinal);
        if (reserved is not null || reservedOnly)
        {
            return reserved;
        }

        return suitable
            .Where(v => v.Spec.ClaimRef is null && v.Status?.Phase == "Available" && Misfit(v, claim) is null && SelectorMatches(v, claim))
            .OrderBy(Size)
            .ThenBy(v => v.Metadata.Name, StringComparer.Ordinal)
            .FirstOrDefault();
    }

    /// <summary>Whether a volume's reference means this claim: by name, and by uid once that is known.</summary>
    public static bool IsFor(V1ObjectReference reference, V1PersistentVolumeClaim claim) =>
        reference.Name == claim.Metadata.Name && reference.NamespaceProperty == claim.Metadata.NamespaceProperty && (string.IsNullOrEmpty(reference.Uid) || reference.Uid == claim.Metadata.Uid);

    /// <summary>Why a volume does not suit a claim, or null.</summary>
    public static string? Misfit(V1PersistentVolume volume, V1PersistentVolumeClaim claim)
    {
        if (!HasRoom(volume, claim))
        {
            return "requested PV is too small";
        }

        if (ClassOf(volume) != ClassOf(claim))
        {
            return "storageClassName does not match";
        }

        if (Mode(volume) != Mode(claim))
        {
            return "incompatible volumeMode";
        }

        if ((volume.Spec.VolumeAttributesClassName ?? "") != (claim.Spec.VolumeAttributesClassName ?? ""))
        {
            return "volumeAttributesClassName does not match";
        }

        return (claim.Spec.AccessModes ?? []).All(m => volume.Spec.AccessModes?.Contains(m) == true) ? null : "incompatible accessMode";
    }

    /// <summary>The storage class; empty is a class of its own: none.</summary>
    public static string ClassOf(V1PersistentVolumeClaim claim) =>
        claim.Metadata.Annotations?.TryGetValue("volume.beta.kubernetes.io/storage-class", out var former) == true ? former : claim.Spec.StorageClassName ?? "";

    private static string ClassOf(V1PersistentVolume volume) =>
        volume.Metadata.Annotations?.TryGetValue("volume.beta.kubernetes.io/storage-class", out var former) == true ? former : volume.Spec.StorageClassName ?? "";

    // No selector asks for nothing, unlike in the workload kinds.
    private static bool SelectorMatches(V1PersistentVolume volume, V1PersistentVolumeClaim claim) =>
        claim.Spec.Selector is not { } selector || (selector.MatchLabels is not { Count: > 0 } && selector.MatchExpressions is not { Count: > 0 }) || LabelSelector.Of(selector).Matches(volume.Metadata.Labels?.ToDictionary() ?? []);

    private static bool HasRoom(V1PersistentVolume volume, V1PersistentVolumeClaim claim) =>
        claim.Spec.Resources?.Requests is not { } requests || !requests.TryGetValue("storage", out var asked) || Size(volume) >= asked.ToDecimal();

    private static decimal Size(V1PersistentVolume volume) =>
        volume.Spec.Capacity is { } capacity && capacity.TryGetValue("storage", out var size) ? size.ToDecimal() : 0;

    private static string Mode(V1PersistentVolume volume) => volume.Spec.VolumeMode ?? "Filesystem";

    private static string Mode(V1PersistentVolumeClaim claim) => claim.Spec.VolumeMode ?? "Filesystem";
}
