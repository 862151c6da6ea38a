namespace Kube.Machinery.Schema;

/// <summary>How server-side apply treats a list: https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy.</summary>
public enum ListKind
{
    /// <summary>Owned and replaced as a whole.</summary>
    Atomic,

    /// <summary>Unique scalars, owned one by one.</summary>
    Set,

    /// <summary>Objects identified by key fields, owned one by one.</summary>
    Map,
}
