using System.Text.Json.Nodes;
using Kube.ApiServer.Registry;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Schema;

/// <summary>
/// The checks that follow from the schema alone: fields that must be there and texts with a closed set of values, the same ones that the OpenAPI
/// documents show. What a kind's own validation has already said of a field is not said again.
/// </summary>
internal static class StructuralRules
{
    /// <summary>Checks everything but the metadata and the status, which have rules of their own.</summary>
    public static void Check(JsonObject document, SchemaType schema, FieldErrors errors)
    {
        Missing(document, schema, null, errors);
        foreach (var (name, value) in document)
        {
            if (name is not ("metadata" or "status" or "apiVersion" or "kind") && schema.Field(name) is { } field)
                Member(value, field, new Place(null, name, -1), errors);
        }
    }

    private static void Member(JsonNode? value, SchemaField field, Place place, FieldErrors errors)
    {
        if (field.Rule.Values.Count > 0 && value.AsText() is { Length: > 0 } text && !field.Rule.Values.Contains(text) && !errors.Names(place.ToString()))
            errors.NotSupported(place.ToString(), text, field.Rule.Values);
        Value(value, field.Type, place, errors);
    }

    private static void Value(JsonNode? value, SchemaType type, Place place, FieldErrors errors)
    {
        switch (value)
        {
            case JsonObject structure when type.Kind == SchemaKind.Object:
                Missing(structure, type, place, errors);
                SharedRules.Check(structure, type.Name, place, errors);
                foreach (var (name, member) in structure)
                {
                    if (type.Field(name) is { } field)
                        Member(member, field, new Place(place, name, -1), errors);
                }

                break;
            case JsonObject map when type.Kind == SchemaKind.Map && Holds(type.Item!):
                foreach (var (key, member) in map)
                    Value(member, type.Item!, new Place(place, $"[{key}]", -1), errors);
                break;
            case JsonArray list when type.Kind == SchemaKind.List && Holds(type.Item!):
                for (var i = 0; i < list.Count; i++)
                    Value(list[i], type.Item!, new Place(place, null, i), errors);
                break;
        }
    }

    private static bool Holds(SchemaType type) => type.Kind is SchemaKind.Object or SchemaKind.Map or SchemaKind.List;

    private static void Missing(JsonObject structure, SchemaType type, Place? place, FieldErrors errors)
    {
        foreach (var field in type.Enforced)
        {
            if (structure[field.Name] is not (null or JsonArray { Count: 0 }) && structure.Text(field.Name) != "")
                continue;
            var path = new Place(place, field.Name, -1).ToString();
            if (!errors.Names(path))
                errors.Required(path);
        }
    }

    /// <summary>A path that becomes text only when something is wrong.</summary>
    internal sealed class Place(Place? parent, string? name, int index)
    {
        public override string ToString() => name switch
        {
            null => $"{parent}[{index}]",
            _ when parent is null => name,
            ['[', ..] => $"{parent}{name}",
            _ => $"{parent}.{name}",
        };
    }
}
