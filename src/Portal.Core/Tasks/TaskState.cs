namespace Portal.Core.Tasks;

/// <summary>Where a one-off task is.</summary>
public enum TaskState
{
    /// <summary>It waits for a node, its image or its start.</summary>
    Pending,

    /// <summary>Its command runs.</summary>
    Running,

    /// <summary>Its command ended with 0.</summary>
    Succeeded,

    /// <summary>Its command ended with something else, could not start, or took too long.</summary>
    Failed,
}
