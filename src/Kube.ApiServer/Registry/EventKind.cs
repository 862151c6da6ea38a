using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>Events.</summary>
internal sealed class EventKind() : ResourceKind("", "v1", "Event", "events", typeof(Corev1Event))
{
    public override IReadOnlyList<string> ShortNames => ["ev"];

    public override IReadOnlyList<string> SelectableFields => ["involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid", "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason", "reportingComponent", "source", "type"];

    public override IReadOnlyList<TableColumn> Columns =>
    [
        new("Last Seen", (o, now) => Registry.Columns.AgeOf(LastSeen(o), now)),
        Registry.Columns.Text("Type", "type", ""),
        Registry.Columns.Text("Reason", "reason", ""),
        Registry.Columns.Of("Object", o => $"{o.Object("involvedObject").Text("kind")?.ToLowerInvariant()}/{o.Object("involvedObject").Text("name")}"),
        Registry.Columns.Wide("Subobject", o => o.Object("involvedObject").Text("fieldPath")),
        Registry.Columns.Wide("Source", o => o.Object("source").Text("component") ?? o.Text("reportingComponent")),
        Registry.Columns.Of("Message", o => o.Text("message")?.Trim() ?? ""),
        new("First Seen", (o, now) => Registry.Columns.AgeOf(o.Text("firstTimestamp") ?? o.Text("eventTime"), now)) { Priority = 1 },
        new("Count", (o, _) => o.Integer("count") ?? o.Object("series").Integer("count") ?? 1) { Priority = 1 },
        Registry.Columns.Wide("Name", o => o.Object("metadata").Text("name")),
    ];

    public override string? FieldValue(ReadOnlyMemory<byte> json, string field) => field switch
    {
        "source" => FieldReader.Text(json, "source.component") ?? FieldReader.Text(json, "reportingComponent"),
        _ => null,
    };

    public override void Default(JsonObject document) => document.SetDefault("type", "Normal");

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        if (document.Object("involvedObject").Text("namespace") is { Length: > 0 } ns && ns != document.Object("metadata").Text("namespace"))
            errors.Invalid("involvedObject.namespace", ns, "does not match event.namespace");
    }

    private static string? LastSeen(JsonObject o) =>
        o.Object("series").Text("lastObservedTime") ?? o.Text("lastTimestamp") ?? o.Text("eventTime") ?? o.Object("metadata").Text("creationTimestamp");
}
