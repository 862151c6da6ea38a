namespace Kube.Scheduler.Explain;

/// <summary>What the scheduler found out about one node for one pod.</summary>
public sealed record NodeVerdict
{
    private NodeVerdict(string node) => Node = node;

    /// <summary>Node name.</summary>
    public string Node { get; }

    /// <summary>The filter that refused the node; null when the node could take the pod.</summary>
    public string? RefusedBy { get; private init; }

    /// <summary>Why it refused, in Kubernetes' words, for instance <c>Insufficient cpu</c>; empty when it did not.</summary>
    public IReadOnlyList<string> Reasons { get; private init; } = [];

    /// <summary>The scores by name, weights included; the node with the greatest sum is chosen. Empty when refused.</summary>
    public IReadOnlyDictionary<string, float> Scores { get; private init; } = new Dictionary<string, float>();

    internal static NodeVerdict Refuse(string node, string filter, params string[] reasons) => new(node) { RefusedBy = filter, Reasons = reasons };

    internal static NodeVerdict Score(string node, IReadOnlyDictionary<string, float> scores) => new(node) { Scores = scores };
}
