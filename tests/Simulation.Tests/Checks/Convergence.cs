using System.Text.Json;
using Kube.ApiServer.Storage;

namespace Simulation.Tests.Checks;

/// <summary>Whether what is declared has come about.</summary>
internal static class Convergence
{
    /// <summary>What is not yet as declared; empty when everything is.</summary>
    public static List<string> Missing(Truth truth)
    {
        List<string> missing = [];
        foreach (var d in truth.Deployments.Values)
        {
            var (wanted, s) = (d.Spec.Replicas ?? 1, d.Status);
            if (d.Metadata.DeletionTimestamp is not null || s?.ObservedGeneration != d.Metadata.Generation || (s!.Replicas ?? 0) != wanted || (s!.UpdatedReplicas ?? 0) != wanted || (s.AvailableReplicas ?? 0) != wanted)
            {
                missing.Add($"Deployment {d.Full()}: wants {wanted}, has {s?.Replicas} of which {s?.UpdatedReplicas} updated and {s?.AvailableReplicas} available; generation {s?.ObservedGeneration} of {d.Metadata.Generation}");
            }
        }

        foreach (var r in truth.ReplicaSets.Values)
        {
            Count(missing, $"ReplicaSet {r.Full()}", r.Metadata.Uid, r.Spec.Replicas ?? 1, truth);
        }

        foreach (var s in truth.StatefulSets.Values)
        {
            Count(missing, $"StatefulSet {s.Full()}", s.Metadata.Uid, s.Spec.Replicas ?? 1, truth);
            if (s.Status?.ObservedGeneration != s.Metadata.Generation || s.Status!.ReadyReplicas != s.Spec.Replicas || s.Status.CurrentRevision != s.Status.UpdateRevision)
            {
                missing.Add($"StatefulSet {s.Full()}: {s.Status?.ReadyReplicas} of {s.Spec.Replicas} ready, revision {s.Status?.CurrentRevision} of {s.Status?.UpdateRevision}");
            }
        }

        foreach (var d in truth.DaemonSets.Values)
        {
            var nodes = truth.Nodes.Values.Count(n => (n.Spec.Taints ?? []).All(t => t.Key != "sim/dedicated"));
            if (d.Status?.ObservedGeneration != d.Metadata.Generation || d.Status!.DesiredNumberScheduled != nodes || d.Status.NumberAvailable != nodes || d.Status.UpdatedNumberScheduled != nodes)
            {
                missing.Add($"DaemonSet {d.Full()}: {d.Status?.NumberAvailable} available and {d.Status?.UpdatedNumberScheduled} updated of {d.Status?.DesiredNumberScheduled}, on {nodes} nodes");
            }
        }

        foreach (var j in truth.Jobs.Values)
        {
            var failed = j.Status?.Conditions?.Any(c => c is { Type: "Failed", Status: "True" }) == true;
            var complete = j.Status?.Conditions?.Any(c => c is { Type: "Complete", Status: "True" }) == true;
            if (!failed && !complete)
            {
                missing.Add($"Job {j.Full()}: {j.Status?.Succeeded} of {j.Spec.Completions} succeeded, {j.Status?.Active} active, {j.Status?.Failed} failed");
            }
            else if (complete && j.Status!.Succeeded != j.Spec.Completions)
            {
                missing.Add($"Job {j.Full()}: complete with {j.Status.Succeeded} of {j.Spec.Completions}");
            }
        }

        foreach (var n in truth.Nodes.Values.Where(n => n.Status?.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) != true || (n.Spec.Taints ?? []).Any(t => t.Key.StartsWith("node.kubernetes.io/", StringComparison.Ordinal))))
        {
            missing.Add($"Node {n.Metadata.Name} is not ready, or has taints: {string.Join(", ", (n.Spec.Taints ?? []).Select(t => t.Key))}");
        }

        foreach (var p in truth.Pods.Values.Where(p => p.IsGoing() || (!p.IsTerminal() && !p.SaysReady())))
        {
            missing.Add($"Pod {p.Full()} ({p.Metadata.Uid}): {p.Status?.Phase}, on \"{p.Spec.NodeName}\"{(p.IsGoing() ? ", is going" : "")}");
        }

        return missing;
    }

    /// <summary>Objects whose controlling owner does not exist.</summary>
    public static IEnumerable<string> Orphans(Head head)
    {
        var uids = new HashSet<string>(StringComparer.Ordinal);
        var owned = new List<(ObjectKey Key, string Owner)>();
        foreach (var item in head.Resources.Values.SelectMany(tree => tree.Range(0, tree.Count)))
        {
            using var json = JsonDocument.Parse(item.Json);
            var metadata = json.RootElement.GetProperty("metadata");
            uids.Add(metadata.GetProperty("uid").GetString()!);
            if (metadata.TryGetProperty("ownerReferences", out var owners))
            {
                owned.AddRange(owners.EnumerateArray().Select(o => (item.Key, o.GetProperty("uid").GetString()!)));
            }
        }

        return owned.Where(o => !uids.Contains(o.Owner)).Select(o => $"{o.Key} is owned by {o.Owner}, which does not exist");
    }

    private static void Count(List<string> missing, string what, string uid, int wanted, Truth truth)
    {
        var pods = truth.Pods.Values.Count(p => p.Controller()?.Uid == uid && p.IsWanted());
        if (pods != wanted)
        {
            missing.Add($"{what}: {pods} pods of {wanted}");
        }
    }
}
