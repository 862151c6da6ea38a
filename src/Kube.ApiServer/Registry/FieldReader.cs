using System.Text;
using System.Text.Json;

namespace Kube.ApiServer.Registry;

/// <summary>Reads single fields out of stored bytes without building a document.</summary>
internal static class FieldReader
{
    /// <summary>The scalar at a dotted path as text, or null.</summary>
    public static string? Text(ReadOnlyMemory<byte> json, string path)
    {
        var reader = new Utf8JsonReader(json.Span);
        var parts = path.Split('.');
        var depth = 0;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(parts[depth]);
            reader.Read();
            if (!found)
            {
                reader.Skip();
                continue;
            }

            depth++;
            if (depth == parts.Length)
                return Scalar(ref reader);
            if (reader.TokenType != JsonTokenType.StartObject)
                return null;
        }

        return null;
    }

    private static string? Scalar(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString(),
        JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        _ => null,
    };
}
