using System.Text.Json.Nodes;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Schema;

/// <summary>
/// The OpenAPI 2.0 document of all groups, made out of their OpenAPI 3 documents. kubectl validates by it what the server does not patch (reviews), and older
/// clients read nothing else. What 2.0 cannot say (alternatives, null) is left out, as kube-apiserver leaves it out.
/// </summary>
internal static class OpenApiV2
{
    private const string Components = "#/components/schemas/";
    private const string Definitions = "#/definitions/";
    private const string PreserveUnknown = "x-kubernetes-preserve-unknown-fields";
    private const string IntOrString = "x-kubernetes-int-or-string";

    /// <summary>Makes the document.</summary>
    /// <param name="documents">The OpenAPI 3 documents; at least one.</param>
    public static JsonObject Of(IReadOnlyList<JsonObject> documents)
    {
        var (paths, definitions) = (new JsonObject(), new JsonObject());
        foreach (var document in documents)
        {
            foreach (var (path, item) in document.Object("paths") ?? [])
                paths[path] = Path((JsonObject)item!);
            foreach (var (name, schema) in document.Object("components").Object("schemas") ?? [])
            {
                if (!definitions.ContainsKey(name))
                    definitions[name] = Schema((JsonObject)schema!);
            }
        }

        return new JsonObject { ["swagger"] = "2.0", ["info"] = documents[0]["info"]!.DeepClone(), ["paths"] = paths, ["definitions"] = definitions };
    }

    private static JsonObject Path(JsonObject item)
    {
        var result = new JsonObject();
        foreach (var (name, value) in item)
            result[name] = value is JsonObject operation ? Operation(operation) : Parameters((JsonArray)value!);
        return result;
    }

    private static JsonObject Operation(JsonObject operation)
    {
        var result = new JsonObject();
        var parameters = Parameters(operation.Array("parameters") ?? []);
        foreach (var (name, value) in operation)
        {
            switch (name)
            {
                case "parameters":
                    break;
                case "requestBody":
                    var content = ((JsonObject)value!).Object("content") ?? [];
                    result["consumes"] = new JsonArray([.. content.Select(c => (JsonNode)c.Key)]);
                    var schema = content.Select(c => (c.Value as JsonObject).Object("schema")).FirstOrDefault();
                    parameters.Add(new JsonObject { ["name"] = "body", ["in"] = "body", ["required"] = true, ["schema"] = Schema(schema ?? []) });
                    break;
                case "responses":
                    var responses = (JsonObject)value!;
                    result["produces"] = new JsonArray([.. responses.SelectMany(r => (r.Value as JsonObject).Object("content") ?? []).Select(c => c.Key).Distinct().Select(t => (JsonNode)t)]);
                    result["responses"] = new JsonObject(responses.Select(r => KeyValuePair.Create(r.Key, (JsonNode?)Response((JsonObject)r.Value!))));
                    break;
                default:
                    result[name] = value?.DeepClone();
                    break;
            }
        }

        if (parameters.Count > 0)
            result["parameters"] = parameters;
        return result;
    }

    private static JsonObject Response(JsonObject response)
    {
        var result = new JsonObject { ["description"] = response.Text("description") ?? "" };
        if ((response.Object("content") ?? []).Select(c => (c.Value as JsonObject).Object("schema")).FirstOrDefault() is { } schema)
            result["schema"] = Schema(schema);
        return result;
    }

    private static JsonArray Parameters(JsonArray parameters)
    {
        var result = new JsonArray();
        foreach (var parameter in parameters.OfType<JsonObject>())
        {
            var copy = (JsonObject)parameter.DeepClone();
            copy.Remove("schema");
            copy["type"] = parameter.Object("schema").Text("type") ?? "string";
            copy["uniqueItems"] = true;
            result.Add(copy);
        }

        return result;
    }

    private static JsonObject Schema(JsonObject source)
    {
        var nullable = source.Flag("nullable") == true;
        var open = nullable || source.Flag(PreserveUnknown) == true;
        var result = new JsonObject();
        foreach (var (name, value) in source)
        {
            switch (name)
            {
                case "oneOf" or "anyOf" or "not" or "nullable":
                // A value that may be null has no type, and what may hold more than is named has no names: kubectl would refuse the rest.
                case "type" when nullable || source.Flag(IntOrString) == true || (open && source.Text("type") == "array"):
                case "properties" or "items" or "additionalProperties" when open:
                    break;
                case "$ref":
                    result[name] = Reference(source);
                    break;
                case "allOf":
                    // In 2.0 a reference may have neighbours.
                    if (value is JsonArray { Count: 1 } only && only[0] is JsonObject referring && referring.ContainsKey("$ref"))
                        result["$ref"] = Reference(referring);
                    break;
                case "properties":
                    result[name] = new JsonObject(((JsonObject)value!).Select(p => KeyValuePair.Create(p.Key, (JsonNode?)Schema((JsonObject)p.Value!))));
                    break;
                case "items" or "additionalProperties" when value is JsonObject inner:
                    result[name] = Schema(inner);
                    break;
                default:
                    result[name] = value?.DeepClone();
                    break;
            }
        }

        return result;
    }

    private static string Reference(JsonObject referring) => referring.Text("$ref")!.Replace(Components, Definitions, StringComparison.Ordinal);
}
