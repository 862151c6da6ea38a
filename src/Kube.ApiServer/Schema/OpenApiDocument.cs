using System.Text.Json;
using System.Text.Json.Nodes;
using k8s.Models;
using Kube.ApiServer.Http;
using Kube.ApiServer.Registry;
using Kube.ApiServer.Registry.Custom;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Schema;

/// <summary>The OpenAPI 3 document of one group and version.</summary>
internal sealed class OpenApiDocument(IReadOnlyList<ResourceKind> kinds, OpenApiNames names, ModelDescriptions descriptions)
{
    private readonly string _group = kinds[0].Gvk.Group;
    private readonly string _version = kinds[0].Gvk.Version;
    private readonly Dictionary<Type, SchemaType> _types = [];

    public byte[] ToUtf8() => Replies.Write(writer =>
    {
        foreach (var model in (Type[])[typeof(V1ObjectMeta), typeof(V1ListMeta), typeof(V1Status), typeof(V1DeleteOptions)])
            Collect(ModelSchemas.For(model));
        foreach (var kind in kinds.Where(k => k is not CustomResourceKind))
            Collect(kind.Schema);
        writer.WriteStartObject();
        writer.WriteString("openapi", "3.0.0");
        writer.WriteStartObject("info");
        writer.WriteString("title", "Kubernetes");
        writer.WriteString("version", Discovery.VersionDocument.GitVersion);
        writer.WriteEndObject();
        writer.WriteStartObject("paths");
        var paths = new OpenApiPaths(names, _group, _version);
        foreach (var kind in kinds)
            paths.Write(writer, kind);
        writer.WriteEndObject();
        writer.WriteStartObject("components");
        writer.WriteStartObject("schemas");
        foreach (var type in _types.Values)
            WriteComponent(writer, type);
        foreach (var kind in kinds.OfType<CustomResourceKind>())
            WriteCustom(writer, kind);
        foreach (var kind in kinds.Where(k => k.Verbs.Contains("list")))
            WriteList(writer, kind);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
    });

    public static void WriteKind(Utf8JsonWriter writer, string? name, GroupVersionKind gvk)
    {
        if (name is null)
            writer.WriteStartObject();
        else
            writer.WriteStartObject(name);
        writer.WriteString("group", gvk.Group);
        writer.WriteString("kind", gvk.Kind);
        writer.WriteString("version", gvk.Version);
        writer.WriteEndObject();
    }

    private string NameOf(SchemaType type) => names.Of(type, _group, _version);

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

    private static void WriteKinds(Utf8JsonWriter writer, IEnumerable<GroupVersionKind> found)
    {
        writer.WriteStartArray("x-kubernetes-group-version-kind");
        foreach (var gvk in found)
            WriteKind(writer, null, gvk);
        writer.WriteEndArray();
    }

    private void WriteComponent(Utf8JsonWriter writer, SchemaType type)
    {
        writer.WriteStartObject(NameOf(type));
        writer.WriteString("type", "object");
        if (descriptions.OfType(type.Model!) is { } description)
            writer.WriteString("description", description);
        var required = type.Fields.Values.Where(f => f.Rule.Required).Select(f => f.Name).Order(StringComparer.Ordinal).ToArray();
        if (required.Length > 0)
        {
            writer.WriteStartArray("required");
            foreach (var name in required)
                writer.WriteStringValue(name);
            writer.WriteEndArray();
        }

        writer.WriteStartObject("properties");
        foreach (var field in type.Fields.Values.OrderBy(f => f.Name, StringComparer.Ordinal))
            WriteField(writer, type, field);
        writer.WriteEndObject();
        var found = kinds.Where(k => k.Model == type.Model).Select(k => k.Gvk).ToArray();
        if (found.Length > 0)
            WriteKinds(writer, found);
        if (type.Atomic)
            writer.WriteString("x-kubernetes-map-type", "atomic");
        writer.WriteEndObject();
    }

    private void WriteField(Utf8JsonWriter writer, SchemaType type, SchemaField field)
    {
        writer.WriteStartObject(field.Name);
        if (descriptions.OfProperty(type.Model!, field.Property) is { } text)
            writer.WriteString("description", text);
        WriteType(writer, field.Type);
        WriteMerge(writer, field);
        if (field.Rule.Values.Count > 0)
        {
            writer.WriteStartArray("enum");
            foreach (var value in field.Rule.Values)
                writer.WriteStringValue(value);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    // The schema of a custom resource is its definition's, with what every object has besides.
    private void WriteCustom(Utf8JsonWriter writer, CustomResourceKind kind)
    {
        var schema = (JsonObject)kind.Structure.Source.DeepClone();
        var properties = schema.Ensure("properties");
        properties["apiVersion"] = new JsonObject { ["type"] = "string", ["description"] = descriptions.OfProperty(typeof(V1Pod), "ApiVersion") };
        properties["kind"] = new JsonObject { ["type"] = "string", ["description"] = descriptions.OfProperty(typeof(V1Pod), "Kind") };
        properties["metadata"] = new JsonObject
        {
            ["description"] = "Standard object's metadata.",
            ["allOf"] = new JsonArray(new JsonObject { ["$ref"] = "#/components/schemas/" + NameOf(ModelSchemas.For(typeof(V1ObjectMeta))) }),
        };
        schema["type"] = "object";
        schema["x-kubernetes-group-version-kind"] = new JsonArray(new JsonObject { ["group"] = kind.Gvk.Group, ["kind"] = kind.Gvk.Kind, ["version"] = kind.Gvk.Version });
        writer.WritePropertyName(names.Of(kind));
        schema.WriteTo(writer);
    }

    private void WriteList(Utf8JsonWriter writer, ResourceKind kind)
    {
        writer.WriteStartObject(names.ListOf(kind));
        writer.WriteString("type", "object");
        writer.WriteString("description", $"{kind.ListKind} is a list of {kind.Gvk.Kind}");
        writer.WriteStartArray("required");
        writer.WriteStringValue("items");
        writer.WriteEndArray();
        writer.WriteStartObject("properties");
        foreach (var text in (ReadOnlySpan<string>)["apiVersion", "kind"])
        {
            writer.WriteStartObject(text);
            writer.WriteString("type", "string");
            writer.WriteEndObject();
        }

        writer.WriteStartObject("metadata");
        WriteReference(writer, NameOf(ModelSchemas.For(typeof(V1ListMeta))));
        writer.WriteEndObject();
        writer.WriteStartObject("items");
        writer.WriteString("type", "array");
        writer.WriteStartObject("items");
        WriteReference(writer, names.Of(kind));
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
        WriteKinds(writer, [kind.Gvk with { Kind = kind.ListKind }]);
        writer.WriteEndObject();
    }

    private static void WriteMerge(Utf8JsonWriter writer, SchemaField field)
    {
        if (field.Merge.Atomic || field.Merge.PatchReplace)
            writer.WriteString("x-kubernetes-map-type", "atomic");
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

    // A reference may not have neighbours such as a description in OpenAPI 3.0: hence allOf.
    private static void WriteReference(Utf8JsonWriter writer, string name)
    {
        writer.WriteStartArray("allOf");
        writer.WriteStartObject();
        writer.WriteString("$ref", "#/components/schemas/" + name);
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private void WriteType(Utf8JsonWriter writer, SchemaType type)
    {
        switch (type.Kind)
        {
            case SchemaKind.Object:
                WriteReference(writer, NameOf(type));
                break;
            case SchemaKind.List or SchemaKind.Map:
                writer.WriteString("type", type.Kind == SchemaKind.List ? "array" : "object");
                writer.WriteStartObject(type.Kind == SchemaKind.List ? "items" : "additionalProperties");
                WriteType(writer, type.Item!);
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
