using System.Text.Json.Nodes;
using k8s;
using k8s.Models;

namespace Kube.Node.Status;

/// <summary>A pod status as a strategic merge patch: conditions merge by type, so the ones of other owners stay; lists of containers are replaced.</summary>
internal static class PodStatusPatch
{
    public static JsonObject Create(V1Pod pod, V1PodStatus status)
    {
        var body = (JsonObject)JsonNode.Parse(KubernetesJson.Serialize(status))!;
        // What became empty must be taken away by name: the models leave nulls out.
        foreach (var name in (string[])["podIP", "reason", "message"])
        {
            if (!body.ContainsKey(name))
                body[name] = null;
        }

        foreach (var condition in body["conditions"]?.AsArray().OfType<JsonObject>() ?? [])
        {
            foreach (var name in (string[])["reason", "message"])
            {
                if (!condition.ContainsKey(name))
                    condition[name] = null;
            }
        }

        // podIPs merges by address: without the directive a replaced sandbox would keep its predecessor's.
        var addresses = body["podIPs"] as JsonArray ?? [];
        addresses.Insert(0, new JsonObject { ["$patch"] = "replace" });
        body["podIPs"] = addresses.Parent is null ? addresses : addresses.DeepClone();
        return new JsonObject { ["metadata"] = new JsonObject { ["uid"] = pod.Metadata.Uid }, ["status"] = body };
    }
}
