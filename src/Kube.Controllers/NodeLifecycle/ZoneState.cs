namespace Kube.Controllers.NodeLifecycle;

/// <summary>How much of a zone is gone.</summary>
internal enum ZoneState
{
    /// <summary>Little or nothing.</summary>
    Normal,

    /// <summary>More than two nodes, and at least 55 % of all.</summary>
    PartialDisruption,

    /// <summary>Everything.</summary>
    FullDisruption,
}
