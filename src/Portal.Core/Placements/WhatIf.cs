using System.Collections.Immutable;

namespace Portal.Core.Placements;

/// <summary>What to suppose of the cluster and of an environment's apps.</summary>
public sealed record WhatIf
{
    /// <summary>Nodes that would be gone, by name; fifty at most.</summary>
    public ImmutableArray<string> LoseNodes { get; init; } = [];

    /// <summary>Nodes that would be there in addition; ten entries at most.</summary>
    public ImmutableArray<AddedNode> AddNodes { get; init; } = [];

    /// <summary>Processes that would have another number of instances; fifty at most.</summary>
    public ImmutableArray<ScaledProcess> Scale { get; init; } = [];

    /// <summary>Whether each node is lost in turn: the question whether the environment survives any one of them.</summary>
    public bool EachNode { get; init; }
}
