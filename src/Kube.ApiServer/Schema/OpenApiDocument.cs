using System.Text.Json;
using Kube.ApiServer.Http;
using Kube.ApiServer.Registry;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Schema;

/// <summary>The OpenAPI 3 document of one group and version.</summary>
internal sealed class OpenApiDocument(IReadOnlyList<ResourceKind> kinds, ModelDescriptions descriptions)
{
    private readonly Dictionary<Type, SchemaType> _types = [];

    public byte[] ToUtf8() => Replies.Write(writer =>
    {
        foreach (var kind in kinds)
            Collect(kind.Schema);
        writer.WriteStartObject();
        writer.WriteString("openapi", "3.0.0");
        writer.WriteStartObject("info");
        writer.WriteString("title", "Kubernetes");
        writer.WriteString("version", Discovery.VersionDocument.GitVersion);
        writer.WriteEndObject();
        writer.WriteStartObject("paths");
        foreach (var kind in kinds)
            WritePaths(writer, kind);
        writer.WriteEndObject();
        writer.WriteStartObject("components");
        writer.WriteStartObject("schemas");
        foreach (var type in _types.Values)
            WriteComponent(writer, type);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
    });

    // kubectl explain shows what stands behind the last dot: V1PodSpec becomes io.k8s.api.v1.PodSpec.
    private static string NameOf(SchemaType type) => $"io.k8s.api.{type.Model!.Name[..^type.Name.Length].ToLowerInvariant()}.{type.Name}";

    private void Collect(SchemaType type)
    {
        switch (type.Kind)
        {
            case SchemaKind.Object when _types.TryAdd(type.Model!, type):
                foreach (var field in type.Fields.Values)
                    Collect(field.Type);
                break;
            case SchemaKind.List or SchemaKind.Map:
                Collect(type.Item!);
                break;
        }
    }

    private static void WritePaths(Utf8JsonWriter writer, ResourceKind kind)
    {
        var root = kind.Gvk.Group.Length == 0 ? $"/api/{kind.Gvk.Version}" : $"/apis/{kind.Gvk.ApiVersion}";
        var collection = kind.Namespaced ? $"{root}/namespaces/{{namespace}}/{kind.Plural}" : $"{root}/{kind.Plural}";
        writer.WriteStartObject(collection);
        WriteOperation(writer, "get", "list", kind.Gvk, kind.Schema);
        WriteOperation(writer, "post", "post", kind.Gvk, kind.Schema);
        writer.WriteEndObject();
        if (kind is Discovery.ReviewKind)
            return;
        writer.WriteStartObject($"{collection}/{{name}}");
        WriteOperation(writer, "get", "get", kind.Gvk, kind.Schema);
        WriteOperation(writer, "put", "put", kind.Gvk, kind.Schema);
        WriteOperation(writer, "patch", "patch", kind.Gvk, kind.Schema);
        WriteOperation(writer, "delete", "delete", kind.Gvk, kind.Schema);
        writer.WriteEndObject();
    }

    private static void WriteOperation(Utf8JsonWriter writer, string method, string action, GroupVersionKind gvk, SchemaType schema)
    {
        writer.WriteStartObject(method);
        writer.WriteString("x-kubernetes-action", action);
        WriteKind(writer, "x-kubernetes-group-version-kind", gvk);
        if (method is "post" or "put" or "patch")
        {
            writer.WriteStartArray("parameters");
            foreach (var parameter in (ReadOnlySpan<string>)["dryRun", "fieldManager", "fieldValidation"])
            {
                writer.WriteStartObject();
                writer.WriteString("name", parameter);
                writer.WriteString("in", "query");
                writer.WriteStartObject("schema");
                writer.WriteString("type", "string");
                writer.WriteEndObject();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteStartObject("responses");
        writer.WriteStartObject("200");
        writer.WriteString("description", "OK");
        writer.WriteStartObject("content");
        writer.WriteStartObject("application/json");
        writer.WriteStartObject("schema");
        writer.WriteString("$ref", "#/components/schemas/" + NameOf(schema));
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteKind(Utf8JsonWriter writer, string name, GroupVersionKind gvk)
    {
        writer.WriteStartObject(name);
        writer.WriteString("group", gvk.Group);
        writer.WriteString("version", gvk.Version);
        writer.WriteString("kind", gvk.Kind);
        writer.WriteEndObject();
    }

    private void WriteComponent(Utf8JsonWriter writer, SchemaType type)
    {
        writer.WriteStartObject(NameOf(type));
        writer.WriteString("type", "object");
        if (descriptions.OfType(type.Model!) is { } description)
            writer.WriteString("description", description);
        writer.WriteStartObject("properties");
        foreach (var field in type.Fields.Values.OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            writer.WriteStartObject(field.Name);
            if (descriptions.OfProperty(type.Model!, field.Property) is { } text)
                writer.WriteString("description", text);
            WriteType(writer, field.Type, wrapReference: true);
            WriteMerge(writer, field);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        if (kinds.FirstOrDefault(k => k.Model == type.Model) is { } kind)
        {
            writer.WriteStartArray("x-kubernetes-group-version-kind");
            writer.WriteStartObject();
            writer.WriteString("group", kind.Gvk.Group);
            writer.WriteString("kind", kind.Gvk.Kind);
            writer.WriteString("version", kind.Gvk.Version);
            writer.WriteEndObject();
            writer.WriteEndArray();
        }

        if (type.Atomic)
            writer.WriteString("x-kubernetes-map-type", "atomic");
        writer.WriteEndObject();
    }

    private static void WriteMerge(Utf8JsonWriter writer, SchemaField field)
    {
        if (field.Type.Kind != SchemaKind.List)
            return;
        writer.WriteString("x-kubernetes-list-type", field.Merge.List switch { ListKind.Map => "map", ListKind.Set => "set", _ => "atomic" });
        if (field.Merge.Keys.Count > 0)
        {
            writer.WriteStartArray("x-kubernetes-list-map-keys");
            foreach (var key in field.Merge.Keys)
                writer.WriteStringValue(key.Name);
            writer.WriteEndArray();
        }

        if (!field.Merge.PatchMerge)
            return;
        writer.WriteString("x-kubernetes-patch-strategy", "merge");
        if (field.Merge.PatchMergeKey is { } mergeKey)
            writer.WriteString("x-kubernetes-patch-merge-key", mergeKey);
    }

    private static void WriteType(Utf8JsonWriter writer, SchemaType type, bool wrapReference)
    {
        switch (type.Kind)
        {
            case SchemaKind.Object when wrapReference:
                // A reference may not have neighbours such as a description in OpenAPI 3.0: hence allOf.
                writer.WriteStartArray("allOf");
                writer.WriteStartObject();
                writer.WriteString("$ref", "#/components/schemas/" + NameOf(type));
                writer.WriteEndObject();
                writer.WriteEndArray();
                break;
            case SchemaKind.Object:
                writer.WriteString("$ref", "#/components/schemas/" + NameOf(type));
                break;
            case SchemaKind.List:
                writer.WriteString("type", "array");
                writer.WriteStartObject("items");
                WriteType(writer, type.Item!, wrapReference: true);
                writer.WriteEndObject();
                break;
            case SchemaKind.Map:
                writer.WriteString("type", "object");
                writer.WriteStartObject("additionalProperties");
                WriteType(writer, type.Item!, wrapReference: true);
                writer.WriteEndObject();
                break;
            case SchemaKind.Integer:
                writer.WriteString("type", "integer");
                writer.WriteString("format", type.Name);
                break;
            case SchemaKind.Number:
                writer.WriteString("type", "number");
                break;
            case SchemaKind.Boolean:
                writer.WriteString("type", "boolean");
                break;
            case SchemaKind.Any:
                writer.WriteString("type", "object");
                break;
            default:
                writer.WriteString("type", "string");
                if (type.Kind == SchemaKind.Bytes)
                    writer.WriteString("format", "byte");
                else if (type.Kind == SchemaKind.Time)
                    writer.WriteString("format", "date-time");
                else if (type.Kind == SchemaKind.IntOrString)
                    writer.WriteString("format", "int-or-string");
                break;
        }
    }
}
