using System.Collections.Frozen;

namespace Kube.Machinery.Schema;

/// <summary>
/// What the models do not say: merge keys, list kinds and atomic structures of the built-in API, from the API reference
/// (<c>x-kubernetes-list-type</c>, <c>x-kubernetes-list-map-keys</c>, <c>x-kubernetes-patch-*</c>). A list that is not named here is atomic and replaced.
/// </summary>
internal static class MergeRules
{
    // Structure.field, then: map(keys) or set for server-side apply; merge(key) or merge for strategic merge; atomic; replace.
    private static readonly FrozenDictionary<string, MergeRule> Rules = Parse(
        """
        ObjectMeta.finalizers set merge
        ObjectMeta.ownerReferences map(uid) merge(uid)
        PodSpec.volumes map(name) merge(name)
        PodSpec.containers map(name) merge(name)
        PodSpec.initContainers map(name) merge(name)
        PodSpec.ephemeralContainers map(name) merge(name)
        PodSpec.imagePullSecrets map(name) merge(name)
        PodSpec.hostAliases map(ip) merge(ip)
        PodSpec.topologySpreadConstraints map(topologyKey,whenUnsatisfiable) merge(topologyKey)
        PodSpec.resourceClaims map(name) merge(name)
        PodSpec.schedulingGates map(name) merge(name)
        PodSpec.nodeSelector atomic
        PodStatus.conditions map(type) merge(type)
        PodStatus.podIPs map(ip) merge(ip)
        PodStatus.hostIPs merge(ip)
        PodStatus.resourceClaimStatuses map(name) merge(name)
        Container.ports map(containerPort,protocol=TCP) merge(containerPort)
        Container.env map(name) merge(name)
        Container.volumeMounts map(mountPath) merge(mountPath)
        Container.volumeDevices map(devicePath) merge(devicePath)
        EphemeralContainer.ports map(containerPort,protocol=TCP) merge(containerPort)
        EphemeralContainer.env map(name) merge(name)
        EphemeralContainer.volumeMounts map(mountPath) merge(mountPath)
        EphemeralContainer.volumeDevices map(devicePath) merge(devicePath)
        ResourceRequirements.claims map(name)
        VolumeResourceRequirements.claims map(name)
        ContainerStatus.volumeMounts map(mountPath) merge(mountPath)
        ServiceSpec.ports map(port,protocol=TCP) merge(port)
        ServiceSpec.selector atomic
        ServiceStatus.conditions map(type) merge(type)
        ServiceAccount.secrets map(name) merge(name)
        ReplicationControllerSpec.selector atomic
        ReplicationControllerStatus.conditions map(type) merge(type)
        NodeSpec.podCIDRs set merge
        NodeStatus.conditions map(type) merge(type)
        NodeStatus.addresses map(type) merge(type)
        NamespaceStatus.conditions map(type) merge(type)
        PersistentVolumeClaimStatus.conditions map(type) merge(type)
        DeploymentStatus.conditions map(type) merge(type)
        ReplicaSetStatus.conditions map(type) merge(type)
        StatefulSetStatus.conditions map(type) merge(type)
        DaemonSetStatus.conditions map(type) merge(type)
        JobStatus.conditions merge(type)
        UncountedTerminatedPods.succeeded set
        UncountedTerminatedPods.failed set
        PodDisruptionBudgetStatus.conditions map(type) merge(type)
        PodDisruptionBudgetSpec.selector replace
        HorizontalPodAutoscalerStatus.conditions map(type) merge(type)
        CertificateSigningRequestStatus.conditions map(type)
        NetworkPolicyStatus.conditions map(type) merge(type)
        StorageClass.parameters replace
        CSIPersistentVolumeSource.volumeAttributes replace
        ValidatingWebhookConfiguration.webhooks map(name) merge(name)
        MutatingWebhookConfiguration.webhooks map(name) merge(name)
        """);

    private static readonly FrozenSet<string> AtomicStructures = new[]
    {
        "LabelSelector", "LocalObjectReference", "ObjectReference", "SecretKeySelector", "ConfigMapKeySelector", "ObjectFieldSelector", "ResourceFieldSelector",
        "TypedLocalObjectReference", "OwnerReference", "TopologySelectorTerm", "NodeSelector", "NodeSelectorTerm", "ScopeSelector", "SecretReference",
        "RoleRef", "Subject", "CrossVersionObjectReference", "ScopedResourceSelectorRequirement",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static MergeRule For(string structure, string field) => Rules.GetValueOrDefault(structure + "." + field, MergeRule.None);

    public static bool IsAtomic(string structure) => AtomicStructures.Contains(structure);

    private static FrozenDictionary<string, MergeRule> Parse(string table)
    {
        var rules = new Dictionary<string, MergeRule>(StringComparer.Ordinal);
        foreach (var line in table.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var words = line.Split(' ');
            var rule = MergeRule.None;
            foreach (var word in words.Skip(1))
            {
                var open = word.IndexOf('(', StringComparison.Ordinal);
                var argument = open < 0 ? null : word[(open + 1)..^1];
                rule = (open < 0 ? word : word[..open]) switch
                {
                    "set" => rule with { List = ListKind.Set },
                    "map" => rule with { List = ListKind.Map, Keys = [.. argument!.Split(',').Select(Key)] },
                    "merge" => rule with { PatchMerge = true, PatchMergeKey = argument },
                    "atomic" => rule with { Atomic = true },
                    "replace" => rule with { PatchReplace = true },
                    _ => throw new FormatException(line),
                };
            }

            rules.Add(words[0], rule);
        }

        return rules.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static ListKey Key(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? new ListKey(text, null) : new ListKey(text[..equals], text[(equals + 1)..]);
    }
}
