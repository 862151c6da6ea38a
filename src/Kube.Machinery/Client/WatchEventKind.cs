namespace Kube.Machinery.Client;

/// <summary>What a line of a watch stream says. An <c>ERROR</c> line is thrown as <see cref="ApiException"/> instead.</summary>
public enum WatchEventKind
{
    /// <summary>The object appeared.</summary>
    Added,

    /// <summary>The object changed.</summary>
    Modified,

    /// <summary>The object is gone; its last state follows.</summary>
    Deleted,

    /// <summary>Nothing changed up to this version.</summary>
    Bookmark,
}
