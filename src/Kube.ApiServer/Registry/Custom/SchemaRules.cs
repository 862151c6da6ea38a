using System.Text.Json.Nodes;
using Kube.ApiServer.Http;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Registry.Custom;

/// <summary>What makes a schema structural, so that the server can read, prune and default by it.</summary>
internal static class SchemaRules
{
    private static readonly string[] Types = ["array", "boolean", "integer", "number", "object", "string"];

    public static void Validate(JsonObject schema, string at, FieldErrors errors)
    {
        if (schema.Text("type") is { } type && type != "object")
            errors.Invalid($"{at}.type", type, "must be object at the root");
        if (schema.Flag("nullable") == true)
            errors.Forbidden($"{at}.nullable", "nullable cannot be true at the root");
        if (schema.Object("properties").Object("metadata").Object("properties") is { } metadata && metadata.Any(p => p.Key is not ("name" or "generateName")))
            errors.Forbidden($"{at}.properties[metadata]", "must not specify anything other than name and generateName, but metadata is implicitly specified");
        Node(schema, at, root: true, errors);
    }

    private static void Node(JsonObject schema, string at, bool root, FieldErrors errors)
    {
        var type = schema.Text("type") ?? "";
        var free = schema.Flag("x-kubernetes-preserve-unknown-fields") == true;
        var intOrString = schema.Flag("x-kubernetes-int-or-string") == true;
        if (type.Length == 0 && !intOrString && !free)
            errors.Required($"{at}.type", root ? "must not be empty at the root" : "must not be empty for specified object fields");
        else if (type.Length > 0 && !Types.Contains(type))
            errors.NotSupported($"{at}.type", type, Types);
        if (type.Length > 0 && intOrString)
            errors.Invalid($"{at}.type", type, "must be empty if x-kubernetes-int-or-string is true");
        foreach (var forbidden in (ReadOnlySpan<string>)["$ref", "$schema", "definitions", "dependencies", "id", "patternProperties", "additionalItems"])
        {
            if (schema[forbidden] is not null)
                errors.Forbidden($"{at}.{forbidden}", $"{forbidden} is not supported");
        }

        if (schema.Flag("uniqueItems") == true)
            errors.Forbidden($"{at}.uniqueItems", "uniqueItems cannot be set to true since the runtime complexity becomes quadratic");
        if (schema["additionalProperties"] is not null && schema.Object("properties") is { Count: > 0 })
            errors.Forbidden($"{at}.additionalProperties", "additionalProperties and properties are mutual exclusive");
        if (schema.Flag("additionalProperties") == false)
            errors.Forbidden($"{at}.additionalProperties", "additionalProperties cannot be set to false");
        if (root && schema["additionalProperties"] is not null)
            errors.Forbidden($"{at}.additionalProperties", "must not be used at the root");
        if (type == "array" && schema["items"] is null)
            errors.Required($"{at}.items", "must be specified");
        if (schema.Text("pattern") is { } pattern && ValueRules.TryPattern(pattern) is null)
            errors.Invalid($"{at}.pattern", pattern, "must be a valid regular expression");
        CelRules(schema, at, errors);
        ListKinds(schema, type, at, errors);
        if (schema.Flag("x-kubernetes-embedded-resource") == true && type != "object")
            errors.Invalid($"{at}.type", type, "must be object if x-kubernetes-embedded-resource is true");
        foreach (var (name, property) in schema.Object("properties") ?? [])
        {
            if (property is JsonObject inner && !(root && name is "apiVersion" or "kind" or "metadata" && inner["type"] is null))
                Node(inner, $"{at}.properties[{name}]", root: false, errors);
        }

        if (schema["items"] is JsonObject items)
            Node(items, $"{at}.items", root: false, errors);
        if (schema["additionalProperties"] is JsonObject values)
            Node(values, $"{at}.additionalProperties", root: false, errors);
        DefaultValue(schema, at, root, errors);
    }

    private static void CelRules(JsonObject schema, string at, FieldErrors errors)
    {
        var i = 0;
        foreach (var source in schema.Objects("x-kubernetes-validations"))
        {
            var field = $"{at}.x-kubernetes-validations[{i++}]";
            var rule = new CelRule(source);
            if (rule.Expression.Trim().Length == 0)
                errors.Required($"{field}.rule", "rule is not specified");
            else if (rule.Fault is { } fault)
                errors.Invalid($"{field}.rule", rule.Expression, $"compilation failed: {fault}");
            if (rule.MessageFault is { } messageFault)
                errors.Invalid($"{field}.messageExpression", source.Text("messageExpression"), $"messageExpression compilation failed: {messageFault}");
            if (source.Text("message")?.Contains('\n', StringComparison.Ordinal) == true)
                errors.Invalid($"{field}.message", source.Text("message"), "message must not contain line breaks");
            errors.OneOf($"{field}.reason", source.Text("reason"), "FieldValueRequired", "FieldValueInvalid", "FieldValueForbidden", "FieldValueDuplicate");
        }
    }

    private static void ListKinds(JsonObject schema, string type, string at, FieldErrors errors)
    {
        var list = schema.Text("x-kubernetes-list-type");
        if (list is null)
        {
            if (schema.Array("x-kubernetes-list-map-keys") is { Count: > 0 })
                errors.Forbidden($"{at}.x-kubernetes-list-map-keys", "must not be set if x-kubernetes-list-type is not map");
            return;
        }

        errors.OneOf($"{at}.x-kubernetes-list-type", list, "atomic", "map", "set");
        if (type != "array")
            errors.Invalid($"{at}.type", type, "must be array if x-kubernetes-list-type is specified");
        var keys = schema.Texts("x-kubernetes-list-map-keys").ToArray();
        if (list == "map" && keys.Length == 0)
            errors.Required($"{at}.x-kubernetes-list-map-keys", "must not be empty if x-kubernetes-list-type is map");
        var item = schema["items"];
        if (list == "map" && item.Text("type") is { } inner && inner != "object")
            errors.Invalid($"{at}.items.type", inner, "must be object if parent array's x-kubernetes-list-type is map");
        foreach (var key in keys)
        {
            if (item.Object("properties").Object(key) is not { } property)
                errors.Invalid($"{at}.x-kubernetes-list-map-keys", key, "entries must all be names of item properties");
            else if (property["default"] is null && !item.Texts("required").Contains(key))
                errors.Required($"{at}.items.properties[{key}].default", "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property");
        }
    }

    private static void DefaultValue(JsonObject schema, string at, bool root, FieldErrors errors)
    {
        if (schema["default"] is not { } value)
            return;
        if (root)
        {
            errors.Forbidden($"{at}.default", "must not be set at the root");
            return;
        }

        var found = new FieldErrors();
        var holder = StructuralSchema.Parse(new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { ["default"] = schema.DeepClone() } });
        var document = new JsonObject { ["default"] = value.DeepClone() };
        holder.Default(document);
        new SchemaValidator(found).Validate(document, holder, "");
        foreach (var cause in found.Causes)
            errors.Add(cause with { Field = $"{at}.{cause.Field}" });
        var report = new DecodeReport();
        DocumentReader.Read(JsonText.ToUtf8(new JsonObject { ["default"] = value.DeepClone() }), holder.ToSchemaType("default"), report);
        if (report.Problems.Count > 0)
            errors.Invalid($"{at}.default", value.ToJsonString(JsonText.Plain), "must not have unknown fields: " + string.Join(", ", report.Problems));
    }
}
