using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using k8s;
using k8s.Models;

namespace Kube.Scheduler.Snapshot;

/// <summary>
/// All of a pod that placement looks at. Pods of one shape get the same answer from the same snapshot, so they share one ranking of the nodes.
/// </summary>
internal sealed class PodShape
{
    // What an empty request counts for in scores, so that a node does not look empty under a crowd of pods that state nothing.
    private const long AssumedMilliCpu = 100;
    private const long AssumedMemory = 200L << 20;

    /// <summary>Reads a pod.</summary>
    public PodShape(V1Pod pod)
    {
        var spec = pod.Spec;
        Requests = Requests.Of(spec);
        ScoredMilliCpu = Requests.MilliCpu == 0 ? AssumedMilliCpu : Requests.MilliCpu;
        ScoredMemory = Requests.Memory == 0 ? AssumedMemory : Requests.Memory;
        NodeSelector = spec.NodeSelector?.ToImmutableSortedDictionary() ?? ImmutableSortedDictionary<string, string>.Empty;
        RequiredAffinity = spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution;
        PreferredAffinity = [.. spec.Affinity?.NodeAffinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? []];
        Tolerations = [.. spec.Tolerations ?? []];
        HostPorts = [.. PortsOf(spec)];
        Owner = pod.Metadata.OwnerReferences?.FirstOrDefault(o => o.Controller == true)?.Uid ?? "";
        HasExtended = !Requests.Extended.IsEmpty;
        ConstraintKey = KeyOfConstraints();
        UnownedKey = KeyOfNeeds();
        Key = $"{UnownedKey}\n{Owner}";
    }

    public Requests Requests { get; }

    public long ScoredMilliCpu { get; }

    public long ScoredMemory { get; }

    public ImmutableSortedDictionary<string, string> NodeSelector { get; }

    public V1NodeSelector? RequiredAffinity { get; }

    public ImmutableArray<V1PreferredSchedulingTerm> PreferredAffinity { get; }

    public ImmutableArray<V1Toleration> Tolerations { get; }

    public ImmutableArray<HostPort> HostPorts { get; }

    /// <summary>UID of the controlling owner, or an empty string.</summary>
    public string Owner { get; }

    /// <summary>Equal for pods that the same nodes suit, apart from what is used there.</summary>
    public string ConstraintKey { get; }

    /// <summary>Whether anything but processor, memory and storage is requested.</summary>
    public bool HasExtended { get; }

    /// <summary>Equal for pods that differ in their owner at most.</summary>
    public string UnownedKey { get; }

    /// <summary>Equal for pods that placement cannot tell apart.</summary>
    public string Key { get; }

    private static IEnumerable<HostPort> PortsOf(V1PodSpec spec)
    {
        foreach (var port in (spec.Containers ?? []).SelectMany(c => c.Ports ?? []))
        {
            var number = port.HostPort ?? (spec.HostNetwork == true ? port.ContainerPort : 0);
            if (number > 0)
            {
                yield return new HostPort(port.HostIP is null or "0.0.0.0" or "::" ? "" : port.HostIP, port.Protocol ?? "TCP", number);
            }
        }
    }

    private string KeyOfConstraints()
    {
        if (NodeSelector.IsEmpty && RequiredAffinity is null && PreferredAffinity.IsEmpty && Tolerations.IsEmpty)
        {
            return "";
        }

        var text = new StringBuilder();
        foreach (var (key, value) in NodeSelector)
        {
            text.Append(key).Append('=').Append(value).Append(';');
        }

        foreach (var t in Tolerations)
        {
            text.Append('|').Append(t.Key).Append(' ').Append(t.OperatorProperty).Append(' ').Append(t.Value).Append(' ').Append(t.Effect);
        }

        if (RequiredAffinity is not null)
        {
            text.Append('\n').Append(KubernetesJson.Serialize(RequiredAffinity));
        }

        if (!PreferredAffinity.IsEmpty)
        {
            text.Append('\n').Append(KubernetesJson.Serialize(PreferredAffinity.ToArray()));
        }

        return text.ToString();
    }

    private string KeyOfNeeds()
    {
        var text = new StringBuilder(ConstraintKey);
        text.Append(CultureInfo.InvariantCulture, $"\n{Requests.MilliCpu} {Requests.Memory} {Requests.EphemeralStorage}");
        foreach (var (name, value) in Requests.Extended)
        {
            text.Append(CultureInfo.InvariantCulture, $" {name}={value}");
        }

        foreach (var port in HostPorts)
        {
            text.Append(CultureInfo.InvariantCulture, $" {port.Protocol}:{port.Address}:{port.Port}");
        }

        return text.ToString();
    }
}
