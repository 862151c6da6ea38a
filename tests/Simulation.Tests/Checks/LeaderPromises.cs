using Kube.ApiServer.Storage;
using Simulation.Tests.Engine;
using Simulation.Tests.Network;

namespace Simulation.Tests.Checks;

/// <summary>Only who leads has writes acknowledged.</summary>
internal sealed class LeaderPromises(SimulatedTime time, Findings findings)
{
    // Between the commit of a write and the moment its answer is looked at lies a batch.
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);
    private readonly Dictionary<string, (string Holder, TimeSpan Since)> _holders = new(StringComparer.Ordinal);

    public void Take(Truth truth, ObjectKey key)
    {
        if (key is { Resource: "leases.coordination.k8s.io", Namespace: "kube-system" } && truth.Leases.TryGetValue(key, out var lease))
        {
            var holder = lease.Spec?.HolderIdentity ?? "";
            if (!_holders.TryGetValue(key.Name, out var known) || known.Holder != holder)
            {
                _holders[key.Name] = (holder, time.Elapsed);
            }
        }
    }

    public void Answered(Link link, HttpRequestMessage request, int status)
    {
        var lease = link.Process.StartsWith("controllers", StringComparison.Ordinal) ? "kube-controller-manager" : link.Process.StartsWith("scheduler", StringComparison.Ordinal) ? "kube-scheduler" : null;
        var path = request.RequestUri!.AbsolutePath;
        if (lease is null || status >= 300 || request.Method == HttpMethod.Get || path.Contains("/leases", StringComparison.Ordinal) || path.Contains("/events", StringComparison.Ordinal))
        {
            return;
        }

        if (_holders.TryGetValue(lease, out var leader) && leader.Holder.Length > 0 && leader.Holder != link.Process && time.Elapsed - leader.Since > Moment)
        {
            findings.Add("fencing", $"{link.Process} had {request.Method} {path} acknowledged while {leader.Holder} leads");
        }
    }
}
