namespace Portal.Core.Nodes;

/// <summary>What a drain does to a pod.</summary>
public enum DrainMove
{
    /// <summary>It is stopped, and what made it makes another elsewhere.</summary>
    Moves,

    /// <summary>It stays: a daemon's pod or one of the node's own.</summary>
    Stays,

    /// <summary>It is stopped and nothing makes it again.</summary>
    IsLost,
}
