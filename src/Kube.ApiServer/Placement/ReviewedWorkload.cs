using System.Text.Json.Nodes;
using Kube.ApiServer.Registry;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Placement;

/// <summary>A workload that a review names.</summary>
/// <param name="Replicas">How many pods it wants.</param>
/// <param name="Template">Their template.</param>
/// <param name="Owners">The uids that its pods have as their controller.</param>
/// <param name="Controller">The owner reference that its next pod would have.</param>
internal sealed record ReviewedWorkload(int Replicas, JsonObject Template, IReadOnlySet<string> Owners, JsonObject? Controller)
{
    /// <summary>Reads a workload; a Deployment's pods belong to its replica sets.</summary>
    public static ReviewedWorkload Of(IObjectStore store, ResourceKind kind, StoredObject stored)
    {
        var document = DocumentReader.Read(stored.Json.Span);
        var spec = document.Object("spec");
        var replicas = (int)(spec.Integer(kind.Gvk.Kind == "Job" ? "parallelism" : "replicas") ?? 1);
        var template = spec.Object("template") ?? [];
        var uid = document.Object("metadata").Text("uid") ?? "";
        if (kind.Gvk.Kind != "Deployment")
            return new ReviewedWorkload(replicas, template, new HashSet<string>(StringComparer.Ordinal) { uid }, Reference(kind.Gvk, document));
        var owned = store.List("replicasets.apps", stored.Key.Namespace).Items.Select(s => DocumentReader.Read(s.Json.Span))
            .Where(r => r.Object("metadata").Objects("ownerReferences").Any(o => o.Text("uid") == uid)).ToList();
        var newest = owned.MaxBy(r => r.Object("spec").Integer("replicas") ?? 0);
        return new ReviewedWorkload(
            replicas,
            template,
            owned.Select(r => r.Object("metadata").Text("uid") ?? "").ToHashSet(StringComparer.Ordinal),
            newest is null ? null : Reference(new GroupVersionKind("apps", "v1", "ReplicaSet"), newest));
    }

    private static JsonObject Reference(GroupVersionKind gvk, JsonObject document) => new()
    {
        ["apiVersion"] = gvk.ApiVersion,
        ["kind"] = gvk.Kind,
        ["name"] = document.Object("metadata").Text("name"),
        ["uid"] = document.Object("metadata").Text("uid"),
        ["controller"] = true,
    };
}
