using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Kube.Controllers.EndpointSlices;

namespace Kube.Controllers.EndpointSliceMirroring;

/// <summary>The slices that say what somebody's own Endpoints say (https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#endpointslice-mirroring). Pure.</summary>
internal static class MirrorPlan
{
    public const string ManagedBy = "endpointslicemirroring-controller.k8s.io";
    private const string SkipLabel = "endpointslice.kubernetes.io/skip-mirror";
    private const string LeaderAnnotation = "control-plane.alpha.kubernetes.io/leader";
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";
    private const int MostAddresses = 1000;

    /// <summary>Whether Endpoints are mirrored: those of a service without selector, unless they say no or are a leader's lock.</summary>
    public static bool IsMirrored(V1Endpoints endpoints, V1Service? service) =>
        service is { Spec.Selector: not { Count: > 0 } }
        && endpoints.Metadata.DeletionTimestamp is null
        && (endpoints.Metadata.Labels is not { } labels || !labels.TryGetValue(SkipLabel, out var skip) || skip != "true")
        && endpoints.Metadata.Annotations?.ContainsKey(LeaderAnnotation) != true;

    /// <summary>Raw slices by name, one a subset and address family.</summary>
    public static IReadOnlyDictionary<string, JsonObject> Of(V1Endpoints endpoints)
    {
        var slices = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var subset in endpoints.Subsets ?? [])
        {
            var ports = new JsonArray([.. (subset.Ports ?? []).Select(PortOf)]);
            var addresses = (subset.Addresses ?? []).Take(MostAddresses).Select(a => (Address: a, Ready: true))
                .Concat((subset.NotReadyAddresses ?? []).Take(Math.Max(MostAddresses - (subset.Addresses?.Count ?? 0), 0)).Select(a => (Address: a, Ready: false)));
            foreach (var family in addresses.GroupBy(a => FamilyOf(a.Address.Ip)))
            {
                if (family.Key is not { } type)
                {
                    continue;
                }

                var name = Names.Child(endpoints.Metadata.Name, Names.Hash(string.Create(CultureInfo.InvariantCulture, $"{endpoints.Metadata.Uid} {type} {ports.ToJsonString()}"), 5));
                if (slices.TryGetValue(name, out var known))
                {
                    // Two subsets with the same ports are one to those who read slices.
                    foreach (var (address, ready) in family)
                    {
                        known["endpoints"]!.AsArray().Add((JsonNode)EndpointOf(address, ready));
                    }

                    continue;
                }

                slices[name] = new JsonObject
                {
                    ["metadata"] = MetadataOf(endpoints, name),
                    ["addressType"] = type,
                    ["endpoints"] = new JsonArray([.. family.Select(a => (JsonNode)EndpointOf(a.Address, a.Ready))]),
                    ["ports"] = ports.DeepClone(),
                };
            }
        }

        return slices;
    }

    private static JsonObject MetadataOf(V1Endpoints endpoints, string name)
    {
        var labels = new JsonObject();
        foreach (var (key, value) in endpoints.Metadata.Labels ?? new Dictionary<string, string>())
        {
            labels[key] = value;
        }

        labels[EndpointSlicePlan.ServiceLabel] = endpoints.Metadata.Name;
        labels[EndpointSlicePlan.ManagedByLabel] = ManagedBy;
        var annotations = new JsonObject();
        foreach (var (key, value) in endpoints.Metadata.Annotations ?? new Dictionary<string, string>())
        {
            if (key != LastApplied)
            {
                annotations[key] = value;
            }
        }

        return new JsonObject
        {
            ["name"] = name,
            ["namespace"] = endpoints.Metadata.NamespaceProperty,
            ["labels"] = labels,
            ["annotations"] = annotations,
            ["ownerReferences"] = new JsonArray(Owners.Reference("v1", "Endpoints", endpoints.Metadata)),
        };
    }

    private static JsonObject EndpointOf(V1EndpointAddress address, bool ready)
    {
        var endpoint = new JsonObject { ["addresses"] = new JsonArray(address.Ip), ["conditions"] = new JsonObject { ["ready"] = ready } };
        if (!string.IsNullOrEmpty(address.Hostname))
        {
            endpoint["hostname"] = address.Hostname;
        }

        if (!string.IsNullOrEmpty(address.NodeName))
        {
            endpoint["nodeName"] = address.NodeName;
        }

        if (address.TargetRef is { } target)
        {
            endpoint["targetRef"] = JsonNode.Parse(KubernetesJson.Serialize(target));
        }

        return endpoint;
    }

    private static JsonNode PortOf(Corev1EndpointPort port)
    {
        var entry = new JsonObject { ["name"] = port.Name ?? "", ["protocol"] = port.Protocol ?? "TCP", ["port"] = port.Port };
        if (!string.IsNullOrEmpty(port.AppProtocol))
        {
            entry["appProtocol"] = port.AppProtocol;
        }

        return entry;
    }

    private static string? FamilyOf(string address) => !IPAddress.TryParse(address, out var parsed) ? null : parsed.AddressFamily == AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4";
}
