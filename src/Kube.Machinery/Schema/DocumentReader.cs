using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kube.Machinery.Quantities;

namespace Kube.Machinery.Schema;

/// <summary>
/// Reads JSON against a schema in one pass: types are checked, unknown fields dropped and duplicates resolved to the last (both reported),
/// nulls left out, quantities made canonical. What comes out holds nothing the schema does not know.
/// </summary>
public static class DocumentReader
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 128 };

    /// <summary>Reads one object.</summary>
    /// <param name="utf8">The JSON.</param>
    /// <param name="schema">A structure.</param>
    /// <param name="report">Receives unknown and duplicate fields.</param>
    /// <exception cref="DecodeException">No JSON object, or a value of a wrong type.</exception>
    public static JsonObject Read(ReadOnlySpan<byte> utf8, SchemaType schema, DecodeReport report)
    {
        var reader = new Utf8JsonReader(utf8, Options);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                throw new DecodeException("the document is not a JSON object");
            var document = ReadStructure(ref reader, schema, report, null);
            while (reader.Read())
            {
            }

            return document;
        }
        catch (JsonException e)
        {
            throw new DecodeException($"invalid JSON: {e.Message}");
        }
        catch (InvalidOperationException)
        {
            // The reader says so of text that is no UTF-8.
            throw new DecodeException("invalid JSON: the text is not valid UTF-8");
        }
    }

    /// <summary>Reads one object whose schema does not matter: what the store holds, a patch.</summary>
    /// <param name="utf8">The JSON. Numbers become <see cref="long"/> or <see cref="double"/>, a repeated name keeps its last value.</param>
    /// <exception cref="DecodeException">No JSON object.</exception>
    public static JsonObject Read(ReadOnlySpan<byte> utf8) => ReadNode(utf8) as JsonObject ?? throw new DecodeException("the document is not a JSON object");

    /// <summary>Reads one value of any shape.</summary>
    /// <exception cref="DecodeException">No JSON.</exception>
    public static JsonNode? ReadNode(ReadOnlySpan<byte> utf8) => ReadNode(utf8, new DecodeReport());

    /// <summary>Reads one value of any shape.</summary>
    /// <param name="utf8">The JSON.</param>
    /// <param name="report">Receives duplicate fields; the last of them counts.</param>
    /// <exception cref="DecodeException">No JSON.</exception>
    public static JsonNode? ReadNode(ReadOnlySpan<byte> utf8, DecodeReport report)
    {
        var reader = new Utf8JsonReader(utf8, Options);
        try
        {
            reader.Read();
            var node = ReadAny(ref reader, report, null);
            reader.Read();
            return node;
        }
        catch (JsonException e)
        {
            throw new DecodeException($"invalid JSON: {e.Message}");
        }
        catch (InvalidOperationException)
        {
            throw new DecodeException("invalid JSON: the text is not valid UTF-8");
        }
    }

    private static JsonObject ReadStructure(ref Utf8JsonReader reader, SchemaType schema, DecodeReport report, PathNode? path)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw WrongType(ref reader, schema, path);
        var result = new JsonObject();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (schema.Field(name) is not { } field)
            {
                report.Add($"unknown field \"{PathNode.Of(path, name)}\"");
                reader.Skip();
                continue;
            }

            if (reader.TokenType == JsonTokenType.Null && !field.Type.Nullable)
                continue;
            var node = ReadValue(ref reader, field.Type, report, new PathNode(path, name, -1));
            if (!result.TryAdd(name, node))
            {
                report.Add($"duplicate field \"{PathNode.Of(path, name)}\"");
                result[name] = node;
            }
        }

        return result;
    }

    private static JsonNode? ReadValue(ref Utf8JsonReader reader, SchemaType schema, DecodeReport report, PathNode path)
    {
        switch (schema.Kind)
        {
            case SchemaKind.Object or SchemaKind.Map when schema.Lenient && reader.TokenType != JsonTokenType.StartObject:
            case SchemaKind.List when schema.Lenient && reader.TokenType != JsonTokenType.StartArray:
                return ReadAny(ref reader, report, path);
            case SchemaKind.Object:
                return ReadStructure(ref reader, schema, report, path);
            case SchemaKind.Map:
                return ReadMap(ref reader, schema, report, path);
            case SchemaKind.List:
                return ReadList(ref reader, schema, report, path);
            case SchemaKind.Any:
                return ReadAny(ref reader, report, path);
            case SchemaKind.String or SchemaKind.Bytes or SchemaKind.Time when reader.TokenType == JsonTokenType.String:
                return ReadText(ref reader, schema, path);
            case SchemaKind.Boolean when reader.TokenType is JsonTokenType.True or JsonTokenType.False:
                return JsonValue.Create(reader.GetBoolean());
            case SchemaKind.Integer when reader.TokenType == JsonTokenType.Number:
                return ReadInteger(ref reader, schema, path);
            case SchemaKind.Number when reader.TokenType == JsonTokenType.Number:
                return ReadNumber(ref reader);
            case SchemaKind.IntOrString when reader.TokenType == JsonTokenType.String:
                return JsonValue.Create(reader.GetString());
            case SchemaKind.IntOrString when reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var port):
                return JsonValue.Create((long)port);
            case SchemaKind.Quantity when reader.TokenType is JsonTokenType.String or JsonTokenType.Number:
                return ReadQuantity(ref reader, path);
            default:
                throw WrongType(ref reader, schema, path);
        }
    }

    private static JsonValue ReadText(ref Utf8JsonReader reader, SchemaType schema, PathNode path)
    {
        var text = reader.GetString()!;
        if (schema.Kind == SchemaKind.Bytes && !IsBase64(text))
            throw new DecodeException($"illegal base64 data in field \"{path}\"");
        return JsonValue.Create(schema.Kind == SchemaKind.Time && text.Length > 0 ? Time(text, path) : text)!;
    }

    // Clients write the same time with more or fewer digits; kept as it comes, a mere read and write back would look like a change.
    private static string Time(string text, PathNode path)
    {
        var micro = path.Name is "renewTime" or "acquireTime" or "eventTime" or "lastObservedTime";
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            throw new DecodeException($"parsing time \"{text}\" of field \"{path}\": not RFC 3339");
        return time.UtcDateTime.ToString(micro ? "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'" : "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
    }

    private static bool IsBase64(string text) => System.Buffers.Text.Base64.IsValid(text);

    private static JsonValue ReadInteger(ref Utf8JsonReader reader, SchemaType schema, PathNode path)
    {
        if (reader.TryGetInt64(out var value) || (reader.TryGetDouble(out var real) && real == Math.Truncate(real) && Math.Abs(real) < 1e15 && (value = (long)real) == real))
        {
            if (schema.Name != "int32" || value is >= int.MinValue and <= int.MaxValue)
                return JsonValue.Create(value);
        }

        var raw = System.Text.Encoding.UTF8.GetString(reader.ValueSpan);
        throw new DecodeException($"json: cannot unmarshal number {raw} into Go struct field {path.Struct} of type {schema.Name}");
    }

    private static JsonValue ReadQuantity(ref Utf8JsonReader reader, PathNode path)
    {
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString()! : System.Text.Encoding.UTF8.GetString(reader.ValueSpan);
        return Quantity.TryParse(text, out var quantity)
            ? JsonValue.Create(quantity.ToString())!
            : throw new DecodeException($"quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$': field \"{path}\" has \"{text}\"");
    }

    private static JsonObject ReadMap(ref Utf8JsonReader reader, SchemaType schema, DecodeReport report, PathNode path)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw WrongType(ref reader, schema, path);
        var item = schema.Item!;
        var result = new JsonObject();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = reader.GetString()!;
            reader.Read();
            var child = new PathNode(path, name, -1);
            var node = reader.TokenType == JsonTokenType.Null && !item.Lenient ? Zero(item) : ReadValue(ref reader, item, report, child);
            if (!result.TryAdd(name, node))
            {
                report.Add($"duplicate field \"{child}\"");
                result[name] = node;
            }
        }

        return result;
    }

    private static JsonArray ReadList(ref Utf8JsonReader reader, SchemaType schema, DecodeReport report, PathNode path)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw WrongType(ref reader, schema, path);
        var item = schema.Item!;
        var result = new JsonArray();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            result.Add(reader.TokenType == JsonTokenType.Null && !item.Lenient ? Zero(item) : ReadValue(ref reader, item, report, new PathNode(path, null, result.Count)));
        return result;
    }

    private static JsonNode? Zero(SchemaType type) => type.Kind switch
    {
        SchemaKind.String or SchemaKind.Bytes => JsonValue.Create(""),
        SchemaKind.Integer or SchemaKind.Number => JsonValue.Create(0L),
        SchemaKind.Quantity => JsonValue.Create("0"),
        SchemaKind.Boolean => JsonValue.Create(false),
        SchemaKind.Object or SchemaKind.Map => new JsonObject(),
        SchemaKind.List => new JsonArray(),
        _ => null,
    };

    private static JsonValue ReadNumber(ref Utf8JsonReader reader)
    {
        if (reader.TryGetInt64(out var whole))
            return JsonValue.Create(whole);
        // A number of a thousand digits is JSON, but no document could be written with it.
        return reader.TryGetDouble(out var real) && double.IsFinite(real) ? JsonValue.Create(real) : throw new DecodeException("a number is out of range");
    }

    private static JsonNode? ReadAny(ref Utf8JsonReader reader, DecodeReport report, PathNode? path)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var result = new JsonObject();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var name = reader.GetString()!;
                    reader.Read();
                    var child = new PathNode(path, name, -1);
                    var value = ReadAny(ref reader, report, child);
                    if (!result.TryAdd(name, value))
                    {
                        report.Add($"duplicate field \"{child}\"");
                        result[name] = value;
                    }
                }

                return result;
            case JsonTokenType.StartArray:
                var list = new JsonArray();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    list.Add(ReadAny(ref reader, report, path));
                return list;
            case JsonTokenType.String:
                return JsonValue.Create(reader.GetString());
            case JsonTokenType.Number:
                return ReadNumber(ref reader);
            case JsonTokenType.True or JsonTokenType.False:
                return JsonValue.Create(reader.GetBoolean());
            default:
                return null;
        }
    }

    private static DecodeException WrongType(ref Utf8JsonReader reader, SchemaType schema, PathNode? path)
    {
        var found = reader.TokenType switch
        {
            JsonTokenType.StartObject => "object",
            JsonTokenType.StartArray => "array",
            JsonTokenType.String => "string",
            JsonTokenType.Number => "number",
            JsonTokenType.Null => "null",
            _ => "bool",
        };
        var type = schema.Kind == SchemaKind.Object ? "v1." + schema.Name : schema.Name;
        return new DecodeException($"json: cannot unmarshal {found} into Go struct field {path?.Struct ?? "document"} of type {type}");
    }

    // A linked path costs one small object a level and is only turned into text for a message.
    private sealed class PathNode(PathNode? parent, string? name, int index)
    {
        public string? Name => name;

        public string Struct => ToString();

        public static string Of(PathNode? parent, string name) => parent is null ? name : $"{parent}.{name}";

        public override string ToString() => name is null ? $"{parent}[{index}]" : Of(parent, name);
    }
}
