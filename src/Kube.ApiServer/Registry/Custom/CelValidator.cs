using System.Globalization;
using System.Text.Json.Nodes;
using Kube.ApiServer.Http;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry.Custom;

/// <summary>Checks a custom resource against the rules in its schema, once its shape is known to be right.</summary>
/// <param name="errors">Receives what is wrong.</param>
/// <param name="transitions">Only the rules that compare with the state before; else only the others.</param>
internal sealed class CelValidator(FieldErrors errors, bool transitions)
{
    public void Validate(JsonNode? value, JsonNode? old, StructuralSchema schema, string path)
    {
        if (value is null || !schema.HasCelRules)
            return;
        if (schema.Rules.Cel.Any(Applies))
            Own(value, old, schema, path);
        switch (value)
        {
            case JsonObject document:
                foreach (var (name, member) in document)
                {
                    var inner = schema.Properties.GetValueOrDefault(name) ?? schema.Values;
                    if (inner is not null)
                        Validate(member, (old as JsonObject)?[name], inner, path.Length == 0 ? name : $"{path}.{name}");
                }

                break;
            case JsonArray list when schema.Items is { HasCelRules: true } items:
                for (var i = 0; i < list.Count; i++)
                    Validate(list[i], Former(list[i], old as JsonArray, schema), items, string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"));
                break;
        }
    }

    private bool Applies(CelRule rule) => rule.IsTransition == transitions;

    private void Own(JsonNode value, JsonNode? old, StructuralSchema schema, string path)
    {
        var self = CelValues.Of(value, schema);
        var oldSelf = old is null ? null : CelValues.Of(old, schema);
        var size = CelValues.Size(value);
        foreach (var rule in schema.Rules.Cel.Where(Applies))
        {
            if (rule.IsTransition && oldSelf is null)
                continue;
            if (rule.Check(self, oldSelf, size) is { } wrong)
                Report(rule, wrong, schema, path);
        }
    }

    private void Report(CelRule rule, string wrong, StructuralSchema schema, string path)
    {
        var field = path + rule.Source.Text("fieldPath");
        field = field.Length == 0 ? "<nil>" : field.TrimStart('.');
        switch (rule.Source.Text("reason"))
        {
            case "FieldValueForbidden":
                errors.Forbidden(field, wrong);
                break;
            case "FieldValueRequired":
                errors.Required(field, wrong);
                break;
            case "FieldValueDuplicate":
                errors.Add(new StatusCause("FieldValueDuplicate", $"Duplicate value: \"{schema.Type}\"", field));
                break;
            default:
                errors.Invalid(field, schema.Type, wrong);
                break;
        }
    }

    // Only items with a key can be told to be the same as before.
    private static JsonNode? Former(JsonNode? item, JsonArray? old, StructuralSchema schema)
    {
        if (old is null || schema.ListType != "map")
            return null;
        var keys = schema.ListMapKeys.ToArray();
        return old.FirstOrDefault(o => keys.All(k => JsonNode.DeepEquals((o as JsonObject)?[k], (item as JsonObject)?[k])));
    }
}
