using System.Globalization;
using System.Text.Json.Nodes;
using Kube.ApiServer.Http;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry.Custom;

/// <summary>Checks a custom resource against its schema, in the words of Kubernetes' own validator.</summary>
internal sealed class SchemaValidator(FieldErrors errors)
{
    public void Validate(JsonNode? value, StructuralSchema schema, string path)
    {
        if (value is null)
        {
            // Only null that is a value gets here: other nulls were left out when the document was read.
            if (!schema.IsNullable)
                errors.Invalid(path, "null", $"{path} in body must be of type {schema.Type}: \"null\"");
            return;
        }

        if (!HasType(value, schema, out var expected))
        {
            errors.Invalid(Named(path), TypeOf(value), $"{path} in body must be of type {expected}: \"{TypeOf(value)}\"");
            return;
        }

        Rules(value, schema, path);
        switch (value)
        {
            case JsonObject document:
                Members(document, schema, path);
                break;
            case JsonArray list:
                Items(list, schema, path);
                break;
            default:
                ScalarRules.Check(value, schema, path, errors);
                break;
        }
    }

    private static string Named(string path) => path.Length == 0 ? "<nil>" : path;

    private static string Child(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static string TypeOf(JsonNode value) => value switch
    {
        JsonObject => "object",
        JsonArray => "array",
        _ when value.AsText() is not null => "string",
        _ when value.GetValueKind() is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False => "boolean",
        _ when value.AsInteger() is not null => "integer",
        _ => "number",
    };

    private static bool HasType(JsonNode value, StructuralSchema schema, out string expected)
    {
        expected = schema.IsIntOrString ? "integer,string" : schema.Type;
        var have = TypeOf(value);
        if (schema.IsIntOrString)
            return have is "integer" or "string";
        return schema.Type.Length == 0 || have == schema.Type || (have == "integer" && schema.Type == "number") || (schema.Type == "integer" && IsWhole(value));
    }

    private static bool IsWhole(JsonNode value) => value is JsonValue number && number.TryGetValue<double>(out var real) && real == Math.Truncate(real);

    private void Rules(JsonNode value, StructuralSchema schema, string path)
    {
        var rules = schema.Rules;
        if (rules.Enum is { Count: > 0 } allowed && !allowed.Any(a => JsonNode.DeepEquals(a, value)))
        {
            var supported = string.Join(", ", allowed.Select(a => a?.ToJsonString(JsonText.Plain) ?? "null"));
            errors.Add(new StatusCause("FieldValueNotSupported", $"Unsupported value: {value.ToJsonString(JsonText.Plain)}: supported values: {supported}", Named(path)));
        }

        foreach (var all in rules.AllOf)
            Validate(value, all, path);
        if (rules.AnyOf.Count > 0 && !rules.AnyOf.Any(s => Holds(value, s)))
            errors.Invalid(Named(path), "", $"\"{path}\" must validate at least one schema (anyOf)");
        if (rules.OneOf.Count > 0)
        {
            var holding = rules.OneOf.Count(s => Holds(value, s));
            if (holding != 1)
                errors.Invalid(Named(path), "", $"\"{path}\" must validate one and only one schema (oneOf). {(holding == 0 ? "Found none valid" : $"Found {holding} valid alternatives")}");
        }

        if (rules.Not is { } not && Holds(value, not))
            errors.Invalid(Named(path), "", $"\"{path}\" must not validate the schema (not)");
    }

    private static bool Holds(JsonNode value, StructuralSchema schema)
    {
        var found = new FieldErrors();
        new SchemaValidator(found).Validate(value, schema, "");
        return !found.Any;
    }

    private void Members(JsonObject document, StructuralSchema schema, string path)
    {
        foreach (var name in schema.Rules.Required)
        {
            if (!document.ContainsKey(name))
                errors.Required(Child(path, name));
        }

        Count(schema, "minProperties", "maxProperties", document.Count, "properties", path);
        if (schema.IsEmbedded)
            Embedded(document, path);
        foreach (var (name, member) in document)
        {
            if (schema.IsRoot && name is "metadata" or "apiVersion" or "kind" && !schema.Properties.ContainsKey(name))
                continue;
            if (schema.Properties.TryGetValue(name, out var known))
            {
                // The metadata of the object itself is checked with every other object's.
                if (!(schema.IsRoot && name == "metadata") || known.Properties.Count > 0)
                    Validate(member, known, Child(path, name));
            }
            else if (schema.Values is not null)
            {
                Validate(member, schema.Values, Child(path, name));
            }
        }
    }

    private void Embedded(JsonObject document, string path)
    {
        foreach (var name in (ReadOnlySpan<string>)["apiVersion", "kind"])
        {
            if (string.IsNullOrEmpty(document.Text(name)))
                errors.Required(Child(path, name));
        }

        if (document.Object("metadata").Text("name") is { Length: > 0 } named)
            errors.Check($"{path}.metadata.name", named, NameRules.PathSegment(named));
    }

    private void Items(JsonArray list, StructuralSchema schema, string path)
    {
        Count(schema, "minItems", "maxItems", list.Count, "items", path);
        for (var i = 0; schema.Items is not null && i < list.Count; i++)
            Validate(list[i], schema.Items, string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"));
        if (schema.ListType is not ("map" or "set"))
            return;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var keys = schema.ListMapKeys.ToArray();
        for (var i = 0; i < list.Count; i++)
        {
            var identity = schema.ListType == "set"
                ? list[i]
                : new JsonObject(keys.Where(k => list[i] is JsonObject item && item.ContainsKey(k)).Select(k => KeyValuePair.Create(k, list[i]![k]?.DeepClone())));
            if (!seen.Add(identity?.ToJsonString() ?? "null"))
                errors.Add(new StatusCause("FieldValueDuplicate", $"Duplicate value: {identity?.ToJsonString(JsonText.Plain)}", string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]")));
        }
    }

    private void Count(StructuralSchema schema, string least, string most, long count, string what, string path)
    {
        if (schema.Source.Integer(least) is { } min && count < min)
            errors.Invalid(Named(path), count, $"{path} in body should have at least {min} {what}");
        if (schema.Source.Integer(most) is { } max && count > max)
            errors.Add(new StatusCause("FieldValueTooMany", $"Too many: {count}: must have at most {max} items", Named(path)));
    }
}
