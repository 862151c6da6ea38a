using System.Text.Json.Nodes;
using k8s.Models;

namespace Kube.Controllers;

/// <summary>What every pod made from a template has in common.</summary>
internal static class PodTemplates
{
    /// <summary>The metadata of a pod: the template's labels and annotations under a name and an owner of its own.</summary>
    /// <param name="template">The raw template.</param>
    /// <param name="apiVersion">The owner's.</param>
    /// <param name="kind">The owner's.</param>
    /// <param name="owner">Who controls the pod.</param>
    /// <param name="name">The pod's name.</param>
    /// <param name="prefix">What its name is made from, where that is not the owner's.</param>
    public static JsonObject Metadata(JsonObject template, string apiVersion, string kind, V1ObjectMeta owner, string name, string? prefix = null)
    {
        var metadata = template["metadata"] is JsonObject known ? (JsonObject)known.DeepClone() : [];
        metadata.Remove("creationTimestamp");
        metadata["name"] = name;
        metadata["namespace"] = owner.NamespaceProperty;
        metadata["generateName"] = $"{prefix ?? owner.Name}-";
        metadata["ownerReferences"] = new JsonArray(Owners.Reference(apiVersion, kind, owner));
        return metadata;
    }
}
