namespace Simulation.Tests.Nodes;

/// <summary>What really runs for a pod on a machine.</summary>
internal sealed class Container
{
    public required string Uid { get; init; }

    public required string Namespace { get; init; }

    public required string Name { get; init; }

    /// <summary>The kind of the pod's controller; empty for none.</summary>
    public required string OwnerKind { get; init; }

    /// <summary>When it is ready; never for an image that is broken.</summary>
    public required TimeSpan ReadyAt { get; init; }

    /// <summary>When it ends by itself.</summary>
    public required TimeSpan? EndsAt { get; init; }

    public required int ExitCode { get; init; }

    public required string Address { get; init; }

    public string Identity => $"{Namespace}/{Name}";
}
