namespace Portal.Core.Nodes;

/// <summary>Whether a node can run instances.</summary>
public enum NodeState
{
    /// <summary>Its agent is alive and says Ready.</summary>
    Ready,

    /// <summary>Its agent is alive and says that it is not Ready.</summary>
    NotReady,

    /// <summary>Its agent was not heard of for too long.</summary>
    Unknown,
}
