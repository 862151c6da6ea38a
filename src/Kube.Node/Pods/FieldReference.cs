using System.Globalization;
using System.Text.RegularExpressions;
using k8s.Models;

namespace Kube.Node.Pods;

/// <summary>Values of the downward API: the pod's own fields and its containers' resources.</summary>
internal static partial class FieldReference
{
    /// <summary>A pod field's value; null when the path names nothing that is offered.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="path">For instance <c>metadata.name</c>, <c>metadata.labels['app']</c>, <c>status.podIP</c>.</param>
    /// <param name="addresses">The pod's addresses, which the API may not know yet.</param>
    /// <param name="hostAddress">The node's address.</param>
    public static string? Read(V1Pod pod, string path, IReadOnlyList<string> addresses, string hostAddress) => path switch
    {
        "metadata.name" => pod.Metadata.Name,
        "metadata.namespace" => pod.Metadata.NamespaceProperty,
        "metadata.uid" => pod.Metadata.Uid,
        "metadata.labels" => Lines(pod.Metadata.Labels),
        "metadata.annotations" => Lines(pod.Metadata.Annotations),
        "spec.nodeName" => pod.Spec.NodeName ?? "",
        "spec.serviceAccountName" => pod.Spec.ServiceAccountName ?? "default",
        "status.hostIP" or "status.hostIPs" => hostAddress,
        "status.podIP" => addresses.Count > 0 ? addresses[0] : hostAddress,
        "status.podIPs" => addresses.Count > 0 ? string.Join(',', addresses) : hostAddress,
        _ => Subscript(pod, path),
    };

    /// <summary>A resource's value divided by the divisor, rounded up; the node's own amount where the container sets no limit.</summary>
    public static string? ReadResource(V1Pod pod, V1Container own, V1ResourceFieldSelector selector, decimal nodeCpu, decimal nodeMemory)
    {
        var container = selector.ContainerName is { Length: > 0 } name
            ? pod.Spec.Containers.Concat(pod.Spec.InitContainers ?? []).FirstOrDefault(c => c.Name == name)
            : own;
        if (container is null)
            return null;
        var parts = selector.Resource.Split('.', 2);
        if (parts.Length != 2)
            return null;
        var limit = Amount(container.Resources?.Limits, parts[1]);
        var value = parts[0] switch
        {
            "limits" => limit ?? (parts[1] == "cpu" ? nodeCpu : parts[1] == "memory" ? nodeMemory : 0),
            "requests" => Amount(container.Resources?.Requests, parts[1]) ?? limit ?? 0,
            _ => -1m,
        };
        if (value < 0)
            return null;
        var divisor = selector.Divisor?.ToDecimal() is { } given && given > 0 ? given : 1m;
        return Math.Ceiling(value / divisor).ToString("0", CultureInfo.InvariantCulture);
    }

    private static decimal? Amount(IDictionary<string, ResourceQuantity>? amounts, string name) =>
        amounts is not null && amounts.TryGetValue(name, out var quantity) ? quantity.ToDecimal() : null;

    private static string? Subscript(V1Pod pod, string path)
    {
        var match = Subscripted().Match(path);
        if (!match.Success)
            return null;
        var map = match.Groups[1].Value == "labels" ? pod.Metadata.Labels : pod.Metadata.Annotations;
        return map is not null && map.TryGetValue(match.Groups[2].Value, out var value) ? value : "";
    }

    // One line an entry, key="value", sorted: the form a downwardAPI file has.
    private static string Lines(IDictionary<string, string>? map) =>
        string.Join('\n', (map ?? new Dictionary<string, string>()).OrderBy(p => p.Key, StringComparer.Ordinal)
            .Select(p => $"{p.Key}=\"{p.Value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\""));

    [GeneratedRegex("^metadata\\.(labels|annotations)\\['(.+)'\\]$")]
    private static partial Regex Subscripted();
}
