using System.Text.Json.Nodes;
using Kube.ApiServer.Http.Protobuf;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Schema;

/// <summary>
/// An OpenAPI 2.0 document as the protobuf message <c>openapi.v2.Document</c>, which is how kubectl asks for it. Field numbers are those of
/// https://github.com/google/gnostic-models/blob/main/openapiv2/OpenAPIv2.proto.
/// </summary>
internal static class OpenApiV2Protobuf
{
    /// <summary>The media type of the answer.</summary>
    public const string MediaType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

    private static readonly (string Method, int Field)[] Methods = [("get", 2), ("put", 3), ("post", 4), ("delete", 5), ("patch", 8)];

    /// <summary>Encodes a document.</summary>
    public static byte[] Encode(JsonObject document)
    {
        var writer = new ProtobufWriter();
        writer.Text(1, document.Text("swagger"));
        writer.Message(2, info =>
        {
            info.Text(1, document.Object("info").Text("title"));
            info.Text(2, document.Object("info").Text("version"));
        });
        writer.Message(8, paths => Named(paths, 2, document.Object("paths"), Path));
        writer.Message(9, definitions => Named(definitions, 1, document.Object("definitions"), Schema));
        return writer.ToArray();
    }

    private static void Named(ProtobufWriter writer, int field, JsonObject? members, Action<ProtobufWriter, JsonObject> write)
    {
        foreach (var (name, value) in members ?? [])
        {
            writer.Message(field, pair =>
            {
                pair.Text(1, name);
                pair.Message(2, inner => write(inner, (JsonObject)value!));
            });
        }
    }

    private static void Path(ProtobufWriter writer, JsonObject path)
    {
        foreach (var (method, field) in Methods)
        {
            if (path.Object(method) is { } operation)
                writer.Message(field, inner => Operation(inner, operation));
        }

        Parameters(writer, 9, path);
    }

    private static void Operation(ProtobufWriter writer, JsonObject operation)
    {
        writer.Texts(1, operation.Texts("tags"));
        writer.Text(3, operation.Text("description"));
        writer.Text(5, operation.Text("operationId"));
        writer.Texts(6, operation.Texts("produces"));
        writer.Texts(7, operation.Texts("consumes"));
        Parameters(writer, 8, operation);
        writer.Message(9, responses =>
        {
            foreach (var (code, response) in operation.Object("responses") ?? [])
            {
                responses.Message(1, pair =>
                {
                    pair.Text(1, code);
                    pair.Message(2, value => value.Message(1, inner => Response(inner, (JsonObject)response!)));
                });
            }
        });
        Extensions(writer, 13, operation);
    }

    private static void Response(ProtobufWriter writer, JsonObject response)
    {
        writer.Text(1, response.Text("description"));
        if (response.Object("schema") is { } schema)
            writer.Message(2, item => item.Message(1, inner => Schema(inner, schema)));
    }

    // Each parameter lies in the branches of three choices: a parameter, its place, the place's own message.
    private static void Parameters(ProtobufWriter writer, int field, JsonObject holder)
    {
        foreach (var parameter in holder.Objects("parameters"))
        {
            var place = parameter.Text("in");
            writer.Message(field, item => item.Message(1, choice => choice.Message(place == "body" ? 1 : 2, inner =>
            {
                if (place == "body")
                    Body(inner, parameter);
                else
                    inner.Message(place == "path" ? 4 : 3, plain => Plain(plain, parameter, place == "path" ? 5 : 6));
            })));
        }
    }

    private static void Body(ProtobufWriter writer, JsonObject parameter)
    {
        writer.Text(1, parameter.Text("description"));
        writer.Text(2, parameter.Text("name"));
        writer.Text(3, "body");
        writer.Flag(4, parameter.Flag("required") == true);
        writer.Message(5, inner => Schema(inner, parameter.Object("schema") ?? []));
    }

    private static void Plain(ProtobufWriter writer, JsonObject parameter, int type)
    {
        writer.Flag(1, parameter.Flag("required") == true);
        writer.Text(2, parameter.Text("in"));
        writer.Text(3, parameter.Text("description"));
        writer.Text(4, parameter.Text("name"));
        writer.Text(type, parameter.Text("type"));
    }

    private static void Schema(ProtobufWriter writer, JsonObject schema)
    {
        writer.Text(1, schema.Text("$ref"));
        writer.Text(2, schema.Text("format"));
        writer.Text(3, schema.Text("title"));
        writer.Text(4, schema.Text("description"));
        if (schema["default"] is { } preset)
            writer.Message(5, any => Any(any, preset));
        writer.Text(13, schema.Text("pattern"));
        writer.Texts(19, schema.Texts("required"));
        foreach (var value in schema.Array("enum") ?? [])
            writer.Message(20, any => Any(any, value));
        if (schema["additionalProperties"] is JsonObject values)
            writer.Message(21, item => item.Message(1, inner => Schema(inner, values)));
        else if (schema.Flag("additionalProperties") == true)
            writer.Message(21, item => item.Flag(2, true));
        if (schema.Text("type") is { Length: > 0 } type)
            writer.Message(22, item => item.Text(1, type));
        if (schema.Object("items") is { } items)
            writer.Message(23, item => item.Message(1, inner => Schema(inner, items)));
        if (schema.Object("properties") is { Count: > 0 } properties)
            writer.Message(25, inner => Named(inner, 1, properties, Schema));
        Extensions(writer, 31, schema);
    }

    private static void Extensions(ProtobufWriter writer, int field, JsonObject holder)
    {
        foreach (var (name, value) in holder)
        {
            if (!name.StartsWith("x-", StringComparison.Ordinal))
                continue;
            writer.Message(field, pair =>
            {
                pair.Text(1, name);
                pair.Message(2, any => Any(any, value));
            });
        }
    }

    // Values of any kind are YAML, which JSON is.
    private static void Any(ProtobufWriter writer, JsonNode? value) => writer.Text(2, value is null ? "null" : value.ToJsonString());
}
