using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler.Topology;

/// <summary>All pods with the same namespace and labels: selectors are asked once a class, not once a pod.</summary>
internal sealed class LabelClass(string ns, IReadOnlyDictionary<string, string> labels, bool terminating)
{
    public string Namespace { get; } = ns;

    public IReadOnlyDictionary<string, string> Labels { get; } = labels;

    /// <summary>Whether its pods are being deleted.</summary>
    public bool Terminating { get; } = terminating;

    /// <summary>Its pods by node.</summary>
    public NodeCounts Pods { get; } = new();

    /// <summary>Counts that its pods are part of.</summary>
    public List<CountedSelector> CountedBy { get; } = [];

    /// <summary>Terms of placed pods that select its pods.</summary>
    public List<HeldTerm> HeldAgainst { get; } = [];

    /// <summary>Set when the index no longer keeps it.</summary>
    public bool IsForgotten { get; set; }

    /// <summary>Whether a placed pod's term says anything about its pods now.</summary>
    public bool IsTouched()
    {
        foreach (var held in HeldAgainst)
        {
            if (held.Holders.ByNode.Count > 0)
            {
                return true;
            }
        }

        return false;
    }
}
