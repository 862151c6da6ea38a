using System.Text.Json;
using System.Text.Json.Nodes;
using Kube.ApiServer.Registry;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Http;

/// <summary>Writes <c>meta.k8s.io/v1 Table</c>, the form kubectl prints: cells from the kind's columns beside each object.</summary>
internal sealed class TableWriter(TimeProvider time)
{
    public byte[] One(ResourceRequest request, ReadOnlyMemory<byte> json) => Replies.Write(writer =>
    {
        var document = DocumentReader.Read(json.Span);
        Begin(writer, request.Kind);
        writer.WriteStartObject("metadata");
        writer.WriteString("resourceVersion", document.Object("metadata").Text("resourceVersion") ?? "");
        writer.WriteEndObject();
        writer.WriteStartArray("rows");
        Row(writer, request, json, document);
        End(writer);
    });

    public byte[] List(ResourceRequest request, IReadOnlyList<StoredObject> items, ListMetadata metadata) => Replies.Write(writer =>
    {
        Begin(writer, request.Kind);
        metadata.WriteTo(writer);
        writer.WriteStartArray("rows");
        foreach (var item in items)
        {
            var json = request.Kind.Present(item.Json);
            Row(writer, request, json, DocumentReader.Read(json.Span));
        }

        End(writer);
    });

    /// <summary>Only what identifies an object: a PartialObjectMetadata.</summary>
    public static ReadOnlyMemory<byte> Metadata(ReadOnlyMemory<byte> json) => Replies.Write(writer => WriteMetadata(writer, DocumentReader.Read(json.Span)));

    private static void WriteMetadata(Utf8JsonWriter writer, JsonObject document)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", "PartialObjectMetadata");
        writer.WriteString("apiVersion", "meta.k8s.io/v1");
        writer.WritePropertyName("metadata");
        (document.Object("metadata") ?? []).WriteTo(writer);
        writer.WriteEndObject();
    }

    private static void Begin(Utf8JsonWriter writer, ResourceKind kind)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", "Table");
        writer.WriteString("apiVersion", "meta.k8s.io/v1");
        writer.WriteStartArray("columnDefinitions");
        foreach (var column in kind.Columns)
        {
            writer.WriteStartObject();
            writer.WriteString("name", column.Name);
            writer.WriteString("type", column.Type);
            writer.WriteString("format", column.Format);
            writer.WriteString("description", column.Description);
            writer.WriteNumber("priority", column.Priority);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void End(Utf8JsonWriter writer)
    {
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private void Row(Utf8JsonWriter writer, ResourceRequest request, ReadOnlyMemory<byte> json, JsonObject document)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("cells");
        var now = time.GetUtcNow();
        foreach (var column in request.Kind.Columns)
        {
            if (column.Value(document, now) is { } cell)
                cell.WriteTo(writer);
            else
                writer.WriteNullValue();
        }

        writer.WriteEndArray();
        switch (request.Query("includeObject"))
        {
            case "None":
                break;
            case "Object":
                writer.WritePropertyName("object");
                writer.WriteRawValue(json.Span, skipInputValidation: true);
                break;
            default:
                writer.WritePropertyName("object");
                WriteMetadata(writer, document);
                break;
        }

        writer.WriteEndObject();
    }
}
