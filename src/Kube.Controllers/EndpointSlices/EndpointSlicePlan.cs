using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;

namespace Kube.Controllers.EndpointSlices;

/// <summary>The slices a service should have. Pure: names, order and content follow from service and pods alone.</summary>
internal static class EndpointSlicePlan
{
    public const string ManagedBy = "endpointslice-controller.k8s.io";
    public const string ManagedByLabel = "endpointslice.kubernetes.io/managed-by";
    public const string ServiceLabel = "kubernetes.io/service-name";
    private const int LargestSlice = 100;

    /// <summary>Raw slices by name; at least one, so that a service without pods is known to have none.</summary>
    /// <param name="service">A service with a selector.</param>
    /// <param name="pods">The pods its selector matches.</param>
    public static IReadOnlyDictionary<string, JsonObject> Of(V1Service service, IEnumerable<V1Pod> pods)
    {
        var slices = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        var groups = pods
            .Where(p => !string.IsNullOrEmpty(p.Status?.PodIP) && !p.HasEnded() && IsIPv4(p.Status.PodIP))
            .GroupBy(p => PortsOf(service, p).ToJsonString(), StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal);
        foreach (var group in groups)
        {
            var part = 0;
            foreach (var chunk in group.OrderBy(p => p.Metadata.Name, StringComparer.Ordinal).Chunk(LargestSlice))
            {
                Add(group.Key, part++, new JsonArray([.. chunk.Select(p => EndpointOf(service, p))]));
            }
        }

        if (slices.Count == 0)
        {
            Add("[]", 0, []);
        }

        return slices;

        void Add(string ports, int part, JsonArray endpoints)
        {
            var name = Names.Child(service.Metadata.Name, Names.Hash(string.Create(CultureInfo.InvariantCulture, $"{service.Metadata.Uid} {ports} {part}"), 5));
            slices[name] = new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["name"] = name,
                    ["namespace"] = service.Metadata.NamespaceProperty,
                    ["labels"] = new JsonObject { [ServiceLabel] = service.Metadata.Name, [ManagedByLabel] = ManagedBy },
                    ["ownerReferences"] = new JsonArray(Owners.Reference("v1", "Service", service.Metadata)),
                },
                ["addressType"] = "IPv4",
                ["endpoints"] = endpoints,
                ["ports"] = JsonNode.Parse(ports),
            };
        }
    }

    private static JsonObject EndpointOf(V1Service service, V1Pod pod)
    {
        var terminating = pod.Metadata.DeletionTimestamp is not null;
        var serving = pod.IsReady();
        var publishAll = service.Spec.PublishNotReadyAddresses == true;
        var endpoint = new JsonObject
        {
            ["addresses"] = new JsonArray(pod.Status.PodIP),
            ["conditions"] = new JsonObject { ["ready"] = publishAll || (serving && !terminating), ["serving"] = serving, ["terminating"] = terminating },
            ["targetRef"] = new JsonObject { ["kind"] = "Pod", ["namespace"] = pod.Metadata.NamespaceProperty, ["name"] = pod.Metadata.Name, ["uid"] = pod.Metadata.Uid },
        };
        if (!string.IsNullOrEmpty(pod.Spec.NodeName))
        {
            endpoint["nodeName"] = pod.Spec.NodeName;
        }

        if (!string.IsNullOrEmpty(pod.Spec.Hostname) && pod.Spec.Subdomain == service.Metadata.Name)
        {
            endpoint["hostname"] = pod.Spec.Hostname;
        }

        return endpoint;
    }

    /// <summary>The service's ports as numbers of this pod: without those the pod has no port for.</summary>
    public static JsonArray PortsOf(V1Service service, V1Pod pod)
    {
        var ports = new JsonArray();
        foreach (var port in service.Spec.Ports ?? [])
        {
            var protocol = port.Protocol ?? "TCP";
            if (Resolve(port, protocol, pod) is { } number)
            {
                var entry = new JsonObject { ["name"] = port.Name ?? "", ["protocol"] = protocol, ["port"] = number };
                if (!string.IsNullOrEmpty(port.AppProtocol))
                {
                    entry["appProtocol"] = port.AppProtocol;
                }

                ports.Add((JsonNode)entry);
            }
        }

        return ports;
    }

    // A target port is a number, the name of one of the pod's ports, or missing: then it is the service's own number.
    private static int? Resolve(V1ServicePort port, string protocol, V1Pod pod)
    {
        var target = port.TargetPort?.Value;
        if (string.IsNullOrEmpty(target) || target == "0")
        {
            return port.Port;
        }

        if (int.TryParse(target, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        return pod.Spec.Containers.SelectMany(c => c.Ports ?? []).FirstOrDefault(p => p.Name == target && (p.Protocol ?? "TCP") == protocol)?.ContainerPort;
    }

    private static bool IsIPv4(string address) => !address.Contains(':', StringComparison.Ordinal);
}
