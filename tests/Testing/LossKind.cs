namespace Testing;

/// <summary>The ways in which a test loses a node.</summary>
public enum LossKind
{
    /// <summary>kill -9 of the agent.</summary>
    Killed,

    /// <summary>Not a packet in or out.</summary>
    Silent,

    /// <summary>SIGSTOP of the agent.</summary>
    Suspended,

    /// <summary>Nothing reaches the node; what it sends arrives.</summary>
    Deaf,

    /// <summary>Nothing that the node sends arrives; what is sent to it does.</summary>
    Mute,
}
