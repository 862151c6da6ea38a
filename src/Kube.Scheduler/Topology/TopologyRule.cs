using Kube.Scheduler.Filters;

namespace Kube.Scheduler.Topology;

/// <summary>One rule about places.</summary>
/// <param name="Filter">Whose rule it is.</param>
/// <param name="Reason">Why it refuses, in Kubernetes' words.</param>
/// <param name="Domains">The places.</param>
/// <param name="Refused">By domain, whether it refuses.</param>
/// <param name="MissingReason">Why it refuses a node without the label; null when it does not.</param>
internal sealed record TopologyRule(Filter Filter, string Reason, Domains Domains, bool[] Refused, string? MissingReason)
{
    /// <summary>Why the rule refuses a node; null when it does not.</summary>
    public string? Refuse(int node) => Domains.At(node) is >= 0 and var domain ? (Refused[domain] ? Reason : null) : MissingReason;

    /// <summary>Sets the score of every refused node to negative infinity.</summary>
    public void Apply(Span<float> scores)
    {
        var of = Domains.Of;
        for (var node = 0; node < scores.Length; node++)
        {
            var domain = node < of.Length ? of[node] : -1;
            if (domain >= 0 ? Refused[domain] : MissingReason is not null)
            {
                scores[node] = float.NegativeInfinity;
            }
        }
    }
}
