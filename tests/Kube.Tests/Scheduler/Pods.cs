using k8s.Models;

namespace Kube.Tests.Scheduler;

/// <summary>Pods and nodes for the scheduler's tests.</summary>
internal static class Pods
{
    public static V1Pod Of(string name, string cpu = "0", string memory = "0", string? owner = null, Action<V1PodSpec>? with = null)
    {
        var spec = new V1PodSpec
        {
            Containers =
            [
                new V1Container
                {
                    Name = "c",
                    Image = "i",
                    Resources = new V1ResourceRequirements { Requests = new Dictionary<string, ResourceQuantity> { ["cpu"] = new(cpu), ["memory"] = new(memory) } },
                },
            ],
        };
        with?.Invoke(spec);
        return new V1Pod
        {
            Metadata = new V1ObjectMeta
            {
                Name = name,
                NamespaceProperty = "default",
                Uid = $"uid-{name}",
                OwnerReferences = owner is null ? null : [new V1OwnerReference { ApiVersion = "apps/v1", Kind = "ReplicaSet", Name = owner, Uid = owner, Controller = true }],
            },
            Spec = spec,
        };
    }

    /// <summary>The pod with a label more.</summary>
    public static V1Pod With(this V1Pod pod, string key, string value)
    {
        pod.Metadata.Labels = new Dictionary<string, string>(pod.Metadata.Labels ?? new Dictionary<string, string>()) { [key] = value };
        return pod;
    }

    /// <summary>The node with a label more.</summary>
    public static V1Node With(this V1Node node, string key, string value)
    {
        node.Metadata.Labels[key] = value;
        return node;
    }

    /// <summary>Required affinity to pods with a label.</summary>
    public static V1Affinity Near(string key, string value, string topology = "kubernetes.io/hostname") => new()
    {
        PodAffinity = new V1PodAffinity { RequiredDuringSchedulingIgnoredDuringExecution = [Term(key, value, topology)] },
    };

    /// <summary>Required anti-affinity to pods with a label.</summary>
    public static V1Affinity Apart(string key, string value, string topology = "kubernetes.io/hostname") => new()
    {
        PodAntiAffinity = new V1PodAntiAffinity { RequiredDuringSchedulingIgnoredDuringExecution = [Term(key, value, topology)] },
    };

    /// <summary>An affinity term for pods with a label.</summary>
    public static V1PodAffinityTerm Term(string key, string value, string topology = "kubernetes.io/hostname") => new() { LabelSelector = Selector(key, value), TopologyKey = topology };

    /// <summary>Selects a label.</summary>
    public static V1LabelSelector Selector(string key, string value) => new() { MatchLabels = new Dictionary<string, string> { [key] = value } };

    /// <summary>A volume that only one node reaches.</summary>
    public static V1PersistentVolume VolumeOn(string name, string node) => new()
    {
        Metadata = new V1ObjectMeta { Name = name },
        Spec = new V1PersistentVolumeSpec
        {
            NodeAffinity = new V1VolumeNodeAffinity
            {
                Required = new V1NodeSelector
                {
                    NodeSelectorTerms = [new V1NodeSelectorTerm { MatchExpressions = [new V1NodeSelectorRequirement { Key = "kubernetes.io/hostname", OperatorProperty = "In", Values = [node] }] }],
                },
            },
        },
    };

    public static V1Node Node(string name, string cpu = "4", string memory = "8Gi", int pods = 110, params V1Taint[] taints) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, Uid = $"uid-{name}", Labels = new Dictionary<string, string> { ["kubernetes.io/hostname"] = name } },
        Spec = new V1NodeSpec { Taints = taints.Length == 0 ? null : [.. taints] },
        Status = new V1NodeStatus
        {
            Allocatable = new Dictionary<string, ResourceQuantity> { ["cpu"] = new(cpu), ["memory"] = new(memory), ["pods"] = new(pods.ToString(System.Globalization.CultureInfo.InvariantCulture)) },
        },
    };
}
