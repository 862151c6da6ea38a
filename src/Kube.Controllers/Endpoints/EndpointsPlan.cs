using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Controllers.EndpointSlices;

namespace Kube.Controllers.Endpoints;

/// <summary>The Endpoints a service should have (https://kubernetes.io/docs/concepts/services-networking/service/#endpoints). Pure.</summary>
/// <param name="Subsets">The raw subsets, one a set of ports.</param>
/// <param name="Truncated">There are more addresses than Endpoints hold; the slices have all of them.</param>
/// <param name="ChangedAt">The earliest change of a pod behind the service that is later than what was known; null when none is.</param>
internal sealed record EndpointsPlan(JsonArray Subsets, bool Truncated, DateTimeOffset? ChangedAt)
{
    private const int MostAddresses = 1000;

    /// <summary>Sorts pods into subsets.</summary>
    /// <param name="service">A service with a selector.</param>
    /// <param name="pods">The pods its selector matches.</param>
    /// <param name="known">The change that was noted last.</param>
    public static EndpointsPlan Of(V1Service service, IEnumerable<V1Pod> pods, DateTimeOffset known)
    {
        var publishAll = service.Spec.PublishNotReadyAddresses == true;
        var headless = service.IsHeadless();
        var groups = pods
            .Where(p => !string.IsNullOrEmpty(p.Status?.PodIP) && !p.HasEnded() && (publishAll || p.Metadata.DeletionTimestamp is null))
            .Select(p => new Backend(p, publishAll || p.IsReady(), EndpointSlicePlan.PortsOf(service, p).ToJsonString()))
            .Where(b => b.Ports != "[]" || (headless && service.Spec.Ports is not { Count: > 0 }))
            .OrderBy(b => b.Pod.Metadata.Name, StringComparer.Ordinal)
            .ToList();
        var kept = groups.Count <= MostAddresses
            ? groups
            : [.. groups.OrderByDescending(b => b.Ready).Take(MostAddresses).OrderBy(b => b.Pod.Metadata.Name, StringComparer.Ordinal)];
        var subsets = new JsonArray();
        foreach (var group in kept.GroupBy(b => b.Ports, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            subsets.Add((JsonNode)SubsetOf(service, group));
        }

        var changes = groups
            .Select(b => b.Pod.Condition("Ready")?.LastTransitionTime is { } at ? new DateTimeOffset(at.ToUniversalTime()) : DateTimeOffset.MinValue)
            .Where(at => at > known)
            .DefaultIfEmpty(DateTimeOffset.MinValue)
            .Min();
        return new EndpointsPlan(subsets, kept.Count < groups.Count, changes == DateTimeOffset.MinValue ? null : changes);
    }

    private static JsonObject SubsetOf(V1Service service, IGrouping<string, Backend> group)
    {
        var subset = new JsonObject();
        foreach (var (field, ready) in ((string, bool)[])[("addresses", true), ("notReadyAddresses", false)])
        {
            var addresses = new JsonArray([.. group.Where(b => b.Ready == ready).Select(b => AddressOf(service, b.Pod))]);
            if (addresses.Count > 0)
            {
                subset[field] = addresses;
            }
        }

        var ports = JsonNode.Parse(group.Key)!.AsArray();
        foreach (var port in ports.OfType<JsonObject>())
        {
            // A slice says "no name" by an empty one, Endpoints by none.
            if ((string?)port["name"] == "")
            {
                port.Remove("name");
            }
        }

        if (ports.Count > 0)
        {
            subset["ports"] = ports;
        }

        return subset;
    }

    private static JsonObject AddressOf(V1Service service, V1Pod pod)
    {
        var address = new JsonObject
        {
            ["ip"] = pod.Status.PodIP,
            ["targetRef"] = new JsonObject { ["kind"] = "Pod", ["namespace"] = pod.Metadata.NamespaceProperty, ["name"] = pod.Metadata.Name, ["uid"] = pod.Metadata.Uid },
        };
        if (!string.IsNullOrEmpty(pod.Spec.NodeName))
        {
            address["nodeName"] = pod.Spec.NodeName;
        }

        if (!string.IsNullOrEmpty(pod.Spec.Hostname) && pod.Spec.Subdomain == service.Metadata.Name)
        {
            address["hostname"] = pod.Spec.Hostname;
        }

        return address;
    }

    private sealed record Backend(V1Pod Pod, bool Ready, string Ports);
}
