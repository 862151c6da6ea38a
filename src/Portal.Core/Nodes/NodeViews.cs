using System.Collections.Immutable;
using System.Text.Json;
using k8s.Models;

namespace Portal.Core.Nodes;

/// <summary>Derives what operators see from Kubernetes objects. Pure.</summary>
internal static class NodeViews
{
    /// <summary>Annotation of a node that is to be emptied: <c>{"since":"…","by":"…","done":"…","blocked":"…"}</c>. It lies on the node, so a drain outlives the server.</summary>
    public const string DrainAnnotation = "portal/drain";

    private static readonly string[] GoodWhenTrue = ["Ready", "LogRedaction"];
    private static readonly string[] StaysOnItsOwn = ["DaemonSet", "Node"];
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static NodeView Of(V1Node node, IReadOnlyList<V1Pod> pods, NodeMetrics? usage)
    {
        var ready = node.Status?.Conditions?.FirstOrDefault(condition => condition.Type == "Ready");
        var state = ready?.Status switch { "True" => NodeState.Ready, "False" => NodeState.NotReady, _ => NodeState.Unknown };
        ImmutableArray<NodeCondition> conditions = [.. (node.Status?.Conditions ?? []).Select(Condition).OrderByDescending(condition => condition.Bad).ThenBy(condition => condition.Type, StringComparer.Ordinal)];
        var bad = conditions.Where(condition => condition.Bad).Select(condition => condition.Message.Length > 0 ? condition.Message : condition.Type);
        var running = pods.Where(IsActive).ToList();
        var info = node.Status?.NodeInfo;
        return new(
            node.Metadata.Name, state, state == NodeState.Unknown ? "Its agent was not heard of for too long." : string.Join("; ", bad), node.Spec?.Unschedulable == true, Drain(node, pods),
            node.Status?.Addresses?.FirstOrDefault(address => address.Type == "InternalIP")?.Address ?? "", info?.KubeletVersion ?? "",
            info is null ? "" : $"{info.OsImage}, {info.KernelVersion}, {info.ContainerRuntimeVersion}",
            Millis(node.Status?.Allocatable, "cpu"), Bytes(node.Status?.Allocatable, "memory"), (int)Number(node.Status?.Allocatable, "pods"),
            running.Sum(RequestedCpu), running.Sum(RequestedMemory), running.Count, usage?.Usage is { } used ? Millis(used, "cpu") : null, usage?.Usage is { } alsoUsed ? Bytes(alsoUsed, "memory") : null,
            conditions, (node.Metadata.Labels ?? new Dictionary<string, string>()).ToImmutableSortedDictionary(StringComparer.Ordinal),
            [.. (node.Spec?.Taints ?? []).Select(taint => new NodeTaint(taint.Key, taint.Value ?? "", taint.Effect))],
            node.Metadata.CreationTimestamp is { } created ? new DateTimeOffset(created.ToUniversalTime()) : DateTimeOffset.UnixEpoch);
    }

    public static NodeDetail Detail(V1Node node, IReadOnlyList<V1Pod> pods, NodeMetrics? usage) => new(
        Of(node, pods, usage),
        [.. pods.Select(Pod).OrderBy(pod => pod.Move == DrainMove.Stays).ThenBy(pod => pod.Namespace, StringComparer.Ordinal).ThenBy(pod => pod.Name, StringComparer.Ordinal)],
        [.. (node.Status?.Images ?? []).Select(image => new NodeImage(image.Names?.FirstOrDefault(name => !name.Contains('@', StringComparison.Ordinal)) ?? image.Names?.FirstOrDefault() ?? "?", image.SizeBytes ?? 0))
            .OrderByDescending(image => image.Bytes).ThenBy(image => image.Name, StringComparer.Ordinal)]);

    public static NodePod Pod(V1Pod pod)
    {
        var owner = Owner(pod);
        var (move, why) = owner switch
        {
            _ when !IsActive(pod) => (DrainMove.IsLost, "It has ended already."),
            { Kind: "DaemonSet" } => (DrainMove.Stays, "Each node runs one of these."),
            { Kind: "Node" } => (DrainMove.Stays, "It belongs to the node itself."),
            null => (DrainMove.IsLost, "Nothing would make it again: it was made by hand."),
            _ when pod.Spec?.Volumes?.Any(volume => volume.EmptyDir is not null) == true => (DrainMove.Moves, "What it keeps in scratch volumes is lost."),
            _ => (DrainMove.Moves, ""),
        };
        return new(pod.Metadata.NamespaceProperty, pod.Metadata.Name, owner is null ? null : $"{owner.Kind} {owner.Name}", Phase(pod), RequestedCpu(pod), RequestedMemory(pod), move, why);
    }

    /// <summary>What still has to leave a node that is drained.</summary>
    public static IEnumerable<V1Pod> Leaving(IEnumerable<V1Pod> pods) => pods.Where(pod => IsActive(pod) && (Owner(pod) is not { } owner || !StaysOnItsOwn.Contains(owner.Kind)));

    public static DrainRecord? Record(V1Node node)
    {
        if (node.Metadata.Annotations is not { } all || !all.TryGetValue(DrainAnnotation, out var text)) return null;
        try
        {
            return JsonSerializer.Deserialize<DrainRecord>(text, Json);
        }
        catch (JsonException)
        {
            // Somebody wrote something else there; it is no drain of ours.
            return null;
        }
    }

    public static string Text(DrainRecord record) => JsonSerializer.Serialize(record, Json);

    private static NodeDrain? Drain(V1Node node, IEnumerable<V1Pod> pods) =>
        Record(node) is { } record ? new(record.Since, record.By, record.Done, Leaving(pods).Count(), record.Blocked) : null;

    private static V1OwnerReference? Owner(V1Pod pod) => pod.Metadata.OwnerReferences?.FirstOrDefault(owner => owner.Controller == true);

    private static bool IsActive(V1Pod pod) => pod.Status?.Phase is not ("Succeeded" or "Failed");

    private static string Phase(V1Pod pod) => pod.Metadata.DeletionTimestamp is not null ? "Stopping" : pod.Status?.Phase ?? "Pending";

    private static NodeCondition Condition(V1NodeCondition condition)
    {
        // A condition names a trouble, which is bad when it is there, but for a few that name what is good.
        var bad = GoodWhenTrue.Contains(condition.Type) ? condition.Status != "True" : condition.Status == "True";
        return new(condition.Type, condition.Status, condition.Reason ?? "", condition.Message ?? "", bad, condition.LastTransitionTime is { } since ? new DateTimeOffset(since.ToUniversalTime()) : null);
    }

    private static long RequestedCpu(V1Pod pod) => Requested(pod, "cpu", Millis);

    private static long RequestedMemory(V1Pod pod) => Requested(pod, "memory", Bytes);

    // The larger of what the containers ask for together and what one init container asks for
    // (https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers).
    private static long Requested(V1Pod pod, string resource, Func<IDictionary<string, ResourceQuantity>?, string, long> amount) => Math.Max(
        (pod.Spec?.Containers ?? []).Sum(container => amount(container.Resources?.Requests, resource)),
        (pod.Spec?.InitContainers ?? []).Select(container => amount(container.Resources?.Requests, resource)).DefaultIfEmpty().Max());

    private static long Millis(IDictionary<string, ResourceQuantity>? amounts, string resource) => (long)decimal.Ceiling(Number(amounts, resource) * 1000);

    private static long Bytes(IDictionary<string, ResourceQuantity>? amounts, string resource) => (long)Number(amounts, resource);

    private static decimal Number(IDictionary<string, ResourceQuantity>? amounts, string resource) => amounts is not null && amounts.TryGetValue(resource, out var quantity) ? quantity.ToDecimal() : 0;
}
