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
