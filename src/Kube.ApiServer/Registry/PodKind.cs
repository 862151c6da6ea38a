using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>Pods.</summary>
internal sealed class PodKind() : ResourceKind("", "v1", "Pod", "pods", typeof(V1Pod))
{
    private static readonly string[] MutableFields = ["activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds", "schedulingGates"];

    public override IReadOnlyList<string> ShortNames => ["po"];

    public override IReadOnlyList<string> Categories => ["all"];

    public override bool HasStatus => true;

    public override bool HasGeneration => false;

    public override IReadOnlyList<Subresource> Subresources =>
    [
        new("attach", "", "v1", "PodAttachOptions", "create", "get"),
        new("binding", "", "v1", "Binding", "create"),
        new("ephemeralcontainers", "", "v1", "Pod", "get", "patch", "update"),
        new("eviction", "policy", "v1", "Eviction", "create"),
        new("exec", "", "v1", "PodExecOptions", "create", "get"),
        new("log", "", "v1", "Pod", "get"),
        new("portforward", "", "v1", "PodPortForwardOptions", "create", "get"),
    ];

    public override IReadOnlyList<string> SelectableFields =>
        ["spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork", "status.phase", "status.podIP", "status.nominatedNodeName"];

    public override IReadOnlyList<TableColumn> Columns => PodColumns.All;

    public override string? FieldValue(ReadOnlyMemory<byte> json, string field) =>
        field == "spec.hostNetwork" ? FieldReader.Text(json, field) ?? "false" : null;

    public override void Default(JsonObject document)
    {
        var spec = document.Ensure("spec");
        PodTemplates.Default(spec);
        spec.SetDefault("enableServiceLinks", true);
    }

    public override void PrepareForCreate(JsonObject document)
    {
        document["status"] = new JsonObject { ["phase"] = "Pending", ["qosClass"] = PodQuality.Of(document.Object("spec")!) };
    }

    public override void Validate(JsonObject document, FieldErrors errors) => PodValidation.Spec(document.Object("spec"), "spec", errors);

    public override void ValidateCreate(JsonObject document, FieldErrors errors)
    {
        if (document.Object("spec").Array("ephemeralContainers") is { Count: > 0 })
            errors.Forbidden("spec.ephemeralContainers", "cannot be set on create");
    }

    public override void ValidateUpdate(JsonObject document, JsonObject old, FieldErrors errors)
    {
        var spec = document.Object("spec")!;
        var before = old.Object("spec")!;
        if (!JsonNode.DeepEquals(Comparable(spec), Comparable(before)))
            errors.Forbidden("spec", "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)");
        var kept = spec.Objects("tolerations").ToArray();
        if (before.Objects("tolerations").Any(t => !kept.Any(k => JsonNode.DeepEquals(k, t))))
            errors.Forbidden("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds");
        var gates = before.Objects("schedulingGates").Select(g => g.Text("name")).ToHashSet();
        if (spec.Objects("schedulingGates").Any(g => !gates.Contains(g.Text("name"))))
            errors.Forbidden("spec.schedulingGates", "only deletion is allowed, but found new scheduling gate");
        if (before.Integer("activeDeadlineSeconds") is { } deadline)
        {
            if (spec.Integer("activeDeadlineSeconds") is not { } now)
                errors.Invalid("spec.activeDeadlineSeconds", null, "must not update from a positive integer to nil value");
            else if (now > deadline)
                errors.Invalid("spec.activeDeadlineSeconds", now, "must be less than or equal to previous value");
        }
    }

    public override long GraceSeconds(JsonObject document, long? asked)
    {
        // A pod that no node has, or that has already ended, has nobody to wait for.
        if (string.IsNullOrEmpty(document.Object("spec").Text("nodeName")) || document.Object("status").Text("phase") is "Succeeded" or "Failed")
            return 0;
        return asked ?? document.Object("spec").Integer("terminationGracePeriodSeconds") ?? 30;
    }

    private static JsonObject Comparable(JsonObject spec)
    {
        var copy = (JsonObject)spec.DeepClone();
        foreach (var field in MutableFields)
            copy.Remove(field);
        foreach (var container in PodTemplates.Containers(copy))
            container.Remove("image");
        return copy;
    }
}
