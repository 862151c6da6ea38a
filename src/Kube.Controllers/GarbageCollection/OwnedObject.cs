using k8s.Models;
using Kube.Machinery.Client;

namespace Kube.Controllers.GarbageCollection;

/// <summary>An object as the garbage collector sees it.</summary>
/// <param name="Type">Its kind.</param>
/// <param name="Metadata">Its metadata; never change it.</param>
internal sealed record OwnedObject(ResourceType Type, V1ObjectMeta Metadata)
{
    public const string Foreground = "foregroundDeletion";
    public const string Orphan = "orphan";

    public string Uid => Metadata.Uid;

    public IList<V1OwnerReference> Owners => Metadata.OwnerReferences ?? [];

    public bool IsDeleting => Metadata.DeletionTimestamp is not null;

    /// <summary>Deleted in the foreground: it waits for its dependents.</summary>
    public bool WaitsForDependents => IsDeleting && Metadata.Finalizers?.Contains(Foreground) == true;

    /// <summary>Deleted so that its dependents stay.</summary>
    public bool LeavesDependents => IsDeleting && Metadata.Finalizers?.Contains(Orphan) == true;
}
