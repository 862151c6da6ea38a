using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>Events as events.k8s.io/v1 shows them. They are the same objects as those of the core group, with other names for some fields.</summary>
internal sealed class EventsEventKind() : ResourceKind("events.k8s.io", "v1", "Event", "events", typeof(Eventsv1Event), "events")
{
    // This version's field, the core version's field.
    private static readonly (string Here, string Core)[] Renamed =
    [
        ("note", "message"),
        ("regarding", "involvedObject"),
        ("reportingController", "reportingComponent"),
        ("deprecatedSource", "source"),
        ("deprecatedFirstTimestamp", "firstTimestamp"),
        ("deprecatedLastTimestamp", "lastTimestamp"),
        ("deprecatedCount", "count"),
    ];

    private static readonly EventKind Kept = new();

    public override IReadOnlyList<string> ShortNames => Kept.ShortNames;

    public override bool Converts => true;

    public override IReadOnlyList<string> SelectableFields => ["regarding.kind", "regarding.namespace", "regarding.name", "regarding.uid", "regarding.apiVersion", "regarding.resourceVersion", "regarding.fieldPath", "reason", "reportingController", "type"];

    public override IReadOnlyList<TableColumn> Columns =>
        [.. Kept.Columns.Select(c => c with { Value = (o, now) => c.Value(ToStorage((JsonObject)o.DeepClone()), now) })];

    public override string? FieldValue(ReadOnlyMemory<byte> json, string field)
    {
        if (field == "reportingController")
            return FieldReader.Text(json, "reportingComponent") is { Length: > 0 } component ? component : FieldReader.Text(json, "source.component");
        return field.StartsWith("regarding.", StringComparison.Ordinal) ? FieldReader.Text(json, "involvedObject" + field["regarding".Length..]) ?? "" : null;
    }

    public override void Default(JsonObject document) => Kept.Default(document);

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        var ns = document.Object("metadata").Text("namespace") ?? "";
        var regarding = document.Object("regarding").Text("namespace") ?? "";
        if (regarding.Length > 0 ? regarding != ns : ns is not ("default" or "kube-system"))
            errors.Invalid("regarding.namespace", regarding, "does not match event.namespace");

        // Objects written as core events before lack what this version asks for; they may stay as they are.
        if (document["deprecatedFirstTimestamp"] is not null)
            return;
        if (string.IsNullOrEmpty(document.Text("eventTime")))
            errors.Required("eventTime");
        Named(document, "reportingController", 63, errors);
        if (document.Text("reportingController") is { Length: > 0 } controller)
            errors.Check("reportingController", controller, NameRules.QualifiedName(controller));
        Named(document, "reportingInstance", 128, errors);
        Named(document, "action", 128, errors);
        Named(document, "reason", 128, errors);
        if (document.Text("note")?.Length > 1024)
            errors.Invalid("note", "", "can have at most 1024 bytes");
        errors.OneOf("type", document.Text("type"), "Normal", "Warning");
    }

    public override void ValidateUpdate(JsonObject document, JsonObject old, FieldErrors errors)
    {
        foreach (var field in (ReadOnlySpan<string>)["regarding", "reason", "action", "reportingController", "reportingInstance", "note", "type", "eventTime"])
        {
            if (!JsonNode.DeepEquals(document[field], old[field]))
                errors.Immutable(field, document.Text(field));
        }
    }

    public override JsonObject ToStorage(JsonObject document) => Rename(document, Kept.Gvk.ApiVersion, r => (r.Here, r.Core));

    public override JsonObject FromStorage(JsonObject document) => Rename(document, Gvk.ApiVersion, r => (r.Core, r.Here));

    private static JsonObject Rename(JsonObject document, string apiVersion, Func<(string Here, string Core), (string From, string To)> direction)
    {
        if (document.Text("apiVersion") == apiVersion)
            return document;
        document["apiVersion"] = apiVersion;
        foreach (var (from, to) in Renamed.Select(direction))
        {
            if (document[from] is not { } value)
                continue;
            document.Remove(from);
            document[to] = value;
        }

        return document;
    }

    private static void Named(JsonObject document, string field, int max, FieldErrors errors)
    {
        var text = document.Text(field) ?? "";
        if (text.Length == 0)
            errors.Required(field);
        else if (text.Length > max)
            errors.Invalid(field, text, $"can have at most {max} characters");
    }
}
