using System.Text.Json.Nodes;
using k8s;
using k8s.Models;

namespace Kube.Controllers;

/// <summary>Owner references.</summary>
internal static class Owners
{
    /// <summary>The controlling owner, or null.</summary>
    public static V1OwnerReference? ControllerOf(IKubernetesObject<V1ObjectMeta> item)
    {
        foreach (var owner in item.Metadata.OwnerReferences ?? [])
        {
            if (owner.Controller == true)
            {
                return owner;
            }
        }

        return null;
    }

    /// <summary>A controlling reference as raw JSON.</summary>
    public static JsonObject Reference(string apiVersion, string kind, V1ObjectMeta owner) => new()
    {
        ["apiVersion"] = apiVersion,
        ["kind"] = kind,
        ["name"] = owner.Name,
        ["uid"] = owner.Uid,
        ["controller"] = true,
        ["blockOwnerDeletion"] = true,
    };

    /// <summary>All references as raw JSON.</summary>
    public static JsonArray References(IEnumerable<V1OwnerReference> owners) =>
        new([.. owners.Select(o => JsonNode.Parse(KubernetesJson.Serialize(o)))]);
}
