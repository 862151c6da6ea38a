namespace Benchmarks.Healing;

/// <summary>The ways in which the benchmark loses a node.</summary>
internal enum LossKind
{
    /// <summary>kill -9 of the agent.</summary>
    Killed,

    /// <summary>Not a packet in or out.</summary>
    Silent,

    /// <summary>SIGSTOP of the agent.</summary>
    Suspended,
}
