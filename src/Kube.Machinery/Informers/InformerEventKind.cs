namespace Kube.Machinery.Informers;

/// <summary>How an object changed in an informer's cache.</summary>
public enum InformerEventKind
{
    /// <summary>New in the cache.</summary>
    Added,

    /// <summary>Another version in the cache.</summary>
    Modified,

    /// <summary>No longer in the cache.</summary>
    Deleted,
}
