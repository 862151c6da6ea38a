namespace Portal.Core.Activity;

/// <summary>Where an item of a project's activity comes from.</summary>
public enum ActivityKind
{
    /// <summary>A release, with what became of its rollout.</summary>
    Release,

    /// <summary>A warning of the cluster's about an object of the project.</summary>
    Warning,

    /// <summary>An audited act; shown to those who may read the audit.</summary>
    Act,
}
