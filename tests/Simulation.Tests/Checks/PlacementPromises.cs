using k8s.Models;

namespace Simulation.Tests.Checks;

/// <summary>Where a pod may be bound, judged anew from what is durable.</summary>
internal sealed class PlacementPromises(Truth truth, Findings findings)
{
    public void Bound(V1Pod pod)
    {
        var node = truth.Nodes.Values.FirstOrDefault(n => n.Metadata.Name == pod.Spec.NodeName);
        if (node is null)
        {
            findings.Add("binding", $"{pod.Full()} is bound to {pod.Spec.NodeName}, which does not exist");
            return;
        }

        var there = truth.Pods.Values.Where(p => p.Spec.NodeName == pod.Spec.NodeName && !p.IsTerminal()).ToArray();
        Room(pod, node, there);
        foreach (var (key, value) in pod.Spec.NodeSelector ?? new Dictionary<string, string>())
        {
            if (node.Metadata.Labels?.TryGetValue(key, out var label) != true || label != value)
            {
                findings.Add("node selector", $"{pod.Full()} wants {key}={value} and is bound to {node.Metadata.Name}");
            }
        }

        foreach (var taint in (node.Spec.Taints ?? []).Where(t => t is { Key: "sim/dedicated", Effect: "NoSchedule" }))
        {
            if (pod.Spec.Tolerations?.Any(t => t.Key == taint.Key || (t.Key is null && t.OperatorProperty == "Exists")) != true)
            {
                findings.Add("taint", $"{pod.Full()} does not tolerate {taint.Key} and is bound to {node.Metadata.Name}");
            }
        }

        foreach (var other in there.Where(p => p.Metadata.Uid != pod.Metadata.Uid))
        {
            if (Repels(pod, other) || Repels(other, pod))
            {
                findings.Add("anti-affinity", $"{pod.Full()} is bound to {node.Metadata.Name} beside {other.Full()}");
            }

            if (pod.HostPorts().Intersect(other.HostPorts()).Any())
            {
                findings.Add("host port", $"{pod.Full()} is bound to {node.Metadata.Name}, where {other.Full()} has its port");
            }

            if (pod.Controller() is { Kind: "DaemonSet" } owner && !MaySurge(owner.Uid) && other.Controller()?.Uid == owner.Uid && other.IsWanted())
            {
                findings.Add("daemon set", $"{pod.Full()} is the second of its kind on {node.Metadata.Name} beside {other.Full()}");
            }
        }
    }

    private bool MaySurge(string uid) =>
        truth.DaemonSets.Values.FirstOrDefault(d => d.Metadata.Uid == uid)?.Spec.UpdateStrategy?.RollingUpdate?.MaxSurge.Of(truth.Nodes.Count, up: true) > 0;

    private void Room(V1Pod pod, V1Node node, V1Pod[] there)
    {
        var room = node.Status?.Allocatable ?? new Dictionary<string, ResourceQuantity>();
        var cpu = room.TryGetValue("cpu", out var c) ? (long)(c.ToDecimal() * 1000) : 0;
        var pods = room.TryGetValue("pods", out var p) ? (int)p.ToDecimal() : 0;
        if (there.Sum(x => x.MilliCpu()) > cpu || there.Length > pods)
        {
            findings.Add("capacity", $"{pod.Full()} makes {there.Sum(x => x.MilliCpu())}m of {cpu}m CPU and {there.Length} of {pods} pods on {node.Metadata.Name}");
        }
    }

    private static bool Repels(V1Pod pod, V1Pod other) =>
        pod.Metadata.NamespaceProperty == other.Metadata.NamespaceProperty
        && pod.Spec.Affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution?.Any(t => t.TopologyKey == "kubernetes.io/hostname" && other.Carries(t.LabelSelector)) == true;
}
