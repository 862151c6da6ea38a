using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using k8s;
using k8s.Models;
using Kube.Scheduler.Topology;

namespace Kube.Scheduler.Snapshot;

/// <summary>
/// All of a pod that placement looks at. Pods of one shape get the same answer from the same snapshot, so they share one ranking of the nodes.
/// </summary>
internal sealed class PodShape
{
    // What an empty request counts for in scores, so that a node does not look empty under a crowd of pods that state nothing.
    private const long AssumedMilliCpu = 100;
    private const long AssumedMemory = 200L << 20;
    private static readonly Dictionary<string, string> NoLabels = [];

    /// <summary>Reads a pod.</summary>
    public PodShape(V1Pod pod)
    {
        var spec = pod.Spec;
        Namespace = pod.Metadata.NamespaceProperty ?? "";
        Labels = (IReadOnlyDictionary<string, string>?)(pod.Metadata.Labels as Dictionary<string, string>) ?? pod.Metadata.Labels?.ToDictionary() ?? NoLabels;
        IsTerminating = pod.Metadata.DeletionTimestamp is not null;
        LabelKey = KeyOfLabels();
        Terms = PodTerms.Of(spec, Namespace, Labels);
        Claims = [.. ClaimsOf(pod)];
        Images = [.. (spec.InitContainers ?? []).Concat(spec.Containers ?? []).Where(c => !string.IsNullOrEmpty(c.Image)).Select(c => ImageName.Full(c.Image)).Distinct()];
        ImageKey = string.Join(' ', Images);
        Priority = spec.Priority ?? 0;
        MayPreempt = spec.PreemptionPolicy != "Never";
        Requests = Requests.Of(spec);
        ScoredMilliCpu = Requests.MilliCpu == 0 ? AssumedMilliCpu : Requests.MilliCpu;
        ScoredMemory = Requests.Memory == 0 ? AssumedMemory : Requests.Memory;
        NodeSelector = spec.NodeSelector?.ToImmutableSortedDictionary() ?? ImmutableSortedDictionary<string, string>.Empty;
        RequiredAffinity = spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution;
        PreferredAffinity = [.. spec.Affinity?.NodeAffinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? []];
        Tolerations = [.. spec.Tolerations ?? []];
        HostPorts = [.. PortsOf(spec)];

        // A pod that says itself how it is to be spread needs no spreading by its owner.
        Owner = Terms.Spread.IsEmpty ? pod.Metadata.OwnerReferences?.FirstOrDefault(o => o.Controller == true)?.Uid ?? "" : "";
        SelectsNodes = !NodeSelector.IsEmpty || RequiredAffinity is not null;
        NodeNames = NamesIn(RequiredAffinity);
        HasExtended = !Requests.Extended.IsEmpty;
        ConstraintKey = KeyOfConstraints();
        UnownedKey = KeyOfNeeds();
        Key = $"{UnownedKey}\n{Owner}";
    }

    /// <summary>Its namespace.</summary>
    public string Namespace { get; }

    /// <summary>Its labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; }

    /// <summary>Whether it is being deleted.</summary>
    public bool IsTerminating { get; }

    /// <summary>Equal for pods that no selector can tell apart.</summary>
    public string LabelKey { get; }

    /// <summary>What it says about other pods' places.</summary>
    public PodTerms Terms { get; }

    /// <summary>Its claims, <c>namespace/name</c> each.</summary>
    public ImmutableArray<string> Claims { get; }

    /// <summary>Its images by full name.</summary>
    public ImmutableArray<string> Images { get; }

    /// <summary>Equal for pods with the same images.</summary>
    public string ImageKey { get; }

    /// <summary>Its priority; higher goes first.</summary>
    public int Priority { get; }

    /// <summary>Whether it may push pods of lower priority off a node.</summary>
    public bool MayPreempt { get; }

    /// <summary>Whether a node selector or required node affinity narrows the nodes.</summary>
    public bool SelectsNodes { get; }

    /// <summary>The only nodes that required affinity can take, as for a DaemonSet's pods; null when it does not name nodes.</summary>
    public IReadOnlyList<string>? NodeNames { get; }

    /// <summary>Kept by the index of pods for itself.</summary>
    public LabelClass? Class { get; set; }

    /// <summary>The index whose <see cref="Class"/> it is.</summary>
    public PodIndex? ClassOwner { get; set; }

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

    /// <summary>Equal for pods that placement cannot tell apart, as long as no rule between pods and no volume concerns them.</summary>
    public string Key { get; }

    /// <summary>Equal for pods that get the same answer whatever there is.</summary>
    public string FullKey => field ??= $"{Key}\n{LabelKey}\n{Terms.Key}\n{string.Join(' ', Claims)}\n{Priority.ToString(CultureInfo.InvariantCulture)} {MayPreempt}";

    /// <summary>The same shape for another snapshot: what an index keeps in a shape is that index's alone.</summary>
    public PodShape Twin()
    {
        var twin = (PodShape)MemberwiseClone();
        (twin.Class, twin.ClassOwner) = (null, null);
        return twin;
    }

    private static IReadOnlyList<string>? NamesIn(V1NodeSelector? required)
    {
        if (required?.NodeSelectorTerms is not { Count: > 0 } terms)
        {
            return null;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var term in terms)
        {
            if (term.MatchFields?.FirstOrDefault(f => f is { Key: "metadata.name", OperatorProperty: "In" }) is not { } field)
            {
                return null;
            }

            names.UnionWith(field.Values);
        }

        return [.. names];
    }

    private static IEnumerable<string> ClaimsOf(V1Pod pod)
    {
        foreach (var volume in pod.Spec.Volumes ?? [])
        {
            if (volume.PersistentVolumeClaim is { } claim)
            {
                yield return $"{pod.Metadata.NamespaceProperty}/{claim.ClaimName}";
            }
            else if (volume.Ephemeral is not null)
            {
                yield return $"{pod.Metadata.NamespaceProperty}/{pod.Metadata.Name}-{volume.Name}";
            }
        }
    }

    private string KeyOfLabels()
    {
        var text = new StringBuilder(Namespace).Append(IsTerminating ? "/-" : "/");
        foreach (var (key, value) in Labels.OrderBy(l => l.Key, StringComparer.Ordinal))
        {
            text.Append(key).Append('=').Append(value).Append(',');
        }

        return text.ToString();
    }

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

        text.Append('\n').Append(ImageKey);

        return text.ToString();
    }
}
