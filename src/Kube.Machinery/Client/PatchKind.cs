namespace Kube.Machinery.Client;

/// <summary>The four patch formats of the Kubernetes API.</summary>
public enum PatchKind
{
    /// <summary>RFC 7386 merge patch: null removes, lists are replaced.</summary>
    Merge,

    /// <summary>Strategic merge patch: lists with a merge key are merged.</summary>
    StrategicMerge,

    /// <summary>RFC 6902 JSON patch.</summary>
    Json,

    /// <summary>Server-side apply; name a field manager.</summary>
    Apply,
}
