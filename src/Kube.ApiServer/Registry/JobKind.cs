using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>Jobs.</summary>
internal sealed class JobKind() : ResourceKind("batch", "v1", "Job", "jobs", typeof(V1Job))
{
    public override IReadOnlyList<string> Categories => ["all"];

    public override bool HasStatus => true;

    public override IReadOnlyList<string> SelectableFields => ["status.successful"];

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Of("Status", Status),
        Registry.Columns.Of("Completions", o => string.Create(CultureInfo.InvariantCulture, $"{o.At("status.succeeded").AsInteger() ?? 0}/{o.At("spec.completions").AsInteger() ?? 1}")),
        new("Duration", Duration),
        Registry.Columns.Age,
        Registry.Columns.Wide("Containers", WorkloadRules.Names),
        Registry.Columns.Wide("Images", WorkloadRules.Images),
        Registry.Columns.Wide("Selector", o => Registry.Columns.Selector(o.Object("spec").Object("selector"))),
    ];

    public override string? FieldValue(ReadOnlyMemory<byte> json, string field) =>
        field == "status.successful" ? FieldReader.Text(json, "status.succeeded") ?? "0" : null;

    public override void Default(JsonObject document)
    {
        var spec = document.Ensure("spec");
        if (spec["completions"] is null && spec["parallelism"] is null)
        {
            spec["completions"] = 1L;
            spec["parallelism"] = 1L;
        }

        spec.SetDefault("parallelism", 1L);
        spec.SetDefault("backoffLimit", spec["backoffLimitPerIndex"] is null ? 6L : int.MaxValue);
        spec.SetDefault("completionMode", "NonIndexed");
        spec.SetDefault("suspend", false);
        spec.SetDefault("podReplacementPolicy", spec["podFailurePolicy"] is null ? "TerminatingOrFailed" : "Failed");
        PodTemplates.DefaultTemplate(spec);
        if (document.Object("metadata").Object("labels") is not { Count: > 0 } && spec.Object("template").Object("metadata").Object("labels") is { Count: > 0 } labels)
            document.Ensure("metadata")["labels"] = labels.DeepClone();
    }

    // The controller finds the pods of a job by a selector that nobody else can hit: the job's uid.
    public override void PrepareForCreate(JsonObject document)
    {
        var spec = document.Object("spec")!;
        if (spec.Flag("manualSelector") == true || spec.Object("template") is not { } template)
            return;
        var uid = document.Object("metadata").Text("uid");
        var name = document.Object("metadata").Text("name");
        var labels = template.Ensure("metadata").Ensure("labels");
        foreach (var prefix in (ReadOnlySpan<string>)["", "batch.kubernetes.io/"])
        {
            labels[prefix + "controller-uid"] = uid;
            labels[prefix + "job-name"] = name;
        }

        spec["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["batch.kubernetes.io/controller-uid"] = uid } };
    }

    public override void Validate(JsonObject document, FieldErrors errors) => JobRules.Validate(document.Object("spec"), "spec", errors);

    public override void ValidateUpdate(JsonObject document, JsonObject old, FieldErrors errors) => JobRules.ValidateUpdate(document.Object("spec")!, old, errors);

    private static JsonNode? Status(JsonObject job)
    {
        var conditions = job.Object("status").Objects("conditions").Where(c => c.Text("status") == "True").Select(c => c.Text("type")).ToHashSet();
        return conditions.Contains("Complete") ? "Complete" : conditions.Contains("Failed") ? "Failed" : job.Object("metadata")?["deletionTimestamp"] is not null ? "Terminating" : conditions.Contains("Suspended") ? "Suspended" : "Running";
    }

    private static JsonNode? Duration(JsonObject job, DateTimeOffset now)
    {
        if (!DateTimeOffset.TryParse(job.Object("status").Text("startTime"), CultureInfo.InvariantCulture, out var start))
            return "";
        return Registry.Columns.Duration((DateTimeOffset.TryParse(job.Object("status").Text("completionTime"), CultureInfo.InvariantCulture, out var end) ? end : now) - start);
    }
}
