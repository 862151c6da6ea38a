using System.Buffers.Text;
using System.Text.Json;

namespace Kube.ApiServer.Storage;

/// <summary>What the store needs to know of an object's JSON: where its revision goes, its labels and its uid.</summary>
internal static class ObjectDocument
{
    private static readonly IReadOnlyDictionary<string, string> NoLabels = new Dictionary<string, string>();

    /// <summary>Finds the place right behind the opening brace of <c>metadata</c>.</summary>
    /// <returns>The offset in bytes.</returns>
    /// <exception cref="ArgumentException">The document is no object, or its metadata is missing or empty.</exception>
    public static int FindMetadata(ReadOnlySpan<byte> json)
    {
        // {"apiVersion":"v1","kind":"Pod","metadata":{"name":...
        //                                            ^ here
        try
        {
            var reader = new Utf8JsonReader(json);
            if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var isMetadata = reader.ValueTextEquals("metadata"u8);
                    reader.Read();
                    if (!isMetadata)
                    {
                        reader.Skip();
                        continue;
                    }

                    var offset = checked((int)reader.TokenStartIndex) + 1;
                    if (reader.TokenType == JsonTokenType.StartObject && reader.Read() && reader.TokenType == JsonTokenType.PropertyName) return offset;
                    break;
                }
            }
        }
        catch (JsonException e)
        {
            throw new ArgumentException("The object is not valid JSON: " + e.Message, nameof(json), e);
        }

        throw new ArgumentException("The object has no metadata.", nameof(json));
    }

    /// <summary>The document with <c>"resourceVersion":"N"</c> spliced in.</summary>
    /// <param name="json">The document without a resourceVersion.</param>
    /// <param name="offset">From <see cref="FindMetadata"/>.</param>
    /// <param name="revision">N.</param>
    public static byte[] WithRevision(ReadOnlySpan<byte> json, int offset, long revision)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(revision, digits, out var length);
        var prefix = "\"resourceVersion\":\""u8;
        var result = GC.AllocateUninitializedArray<byte>(json.Length + prefix.Length + length + 2);
        var rest = result.AsSpan();
        json[..offset].CopyTo(rest);
        rest = rest[offset..];
        prefix.CopyTo(rest);
        rest = rest[prefix.Length..];
        digits[..length].CopyTo(rest);
        rest = rest[length..];
        "\","u8.CopyTo(rest);
        json[offset..].CopyTo(rest[2..]);
        return result;
    }

    /// <summary>Reads <c>metadata.labels</c>; labels whose value is no string are left out, as the API server never stores one.</summary>
    public static IReadOnlyDictionary<string, string> ReadLabels(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        if (!MoveTo(ref reader, "metadata"u8) || !MoveTo(ref reader, "labels"u8)) return NoLabels;
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (reader.TokenType == JsonTokenType.String) labels[name] = reader.GetString()!;
            else reader.Skip();
        }

        return labels.Count == 0 ? NoLabels : labels;
    }

    /// <summary>Reads <c>metadata.uid</c>; empty when there is none.</summary>
    public static string ReadUid(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        return MoveTo(ref reader, "metadata"u8) && MoveTo(ref reader, "uid"u8) && reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
    }

    /// <summary>Enters the object the reader stands before or at, and stops at the value of one of its properties.</summary>
    private static bool MoveTo(ref Utf8JsonReader reader, ReadOnlySpan<byte> property)
    {
        if (reader.TokenType == JsonTokenType.None) reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(property);
            reader.Read();
            if (found) return true;
            reader.Skip();
        }

        return false;
    }
}
