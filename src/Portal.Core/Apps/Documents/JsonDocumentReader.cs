using System.Text;
using System.Text.Json;
using Portal.Core.Results;

namespace Portal.Core.Apps.Documents;

/// <summary>Reads one JSON document, keeping lines and seeing duplicate keys, which a document object model would hide.</summary>
internal static class JsonDocumentReader
{
    /// <summary>The tree, or null when the text is no JSON; faults say why.</summary>
    public static DocumentNode? Read(string text, List<FieldError> faults)
    {
        if (DocumentReader.TooLong(text) is { } fault)
        {
            faults.Add(fault);
            return null;
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        try
        {
            var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = DocumentReader.MaxDepth });
            reader.Read();
            var node = Node(ref reader, bytes, "", faults);
            reader.Read();
            return node;
        }
        catch (JsonException e)
        {
            faults.Add(new("", "This is not JSON.", (int?)e.LineNumber + 1));
            return null;
        }
        catch (InvalidOperationException)
        {
            // The reader's answer to an escape that is half a surrogate pair.
            faults.Add(new("", "This is not JSON: a text has an escape that is no character."));
            return null;
        }
    }

    private static DocumentNode Node(ref Utf8JsonReader reader, byte[] bytes, string path, List<FieldError> faults)
    {
        var line = Line(bytes, reader.TokenStartIndex);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var entries = new List<MapEntry>();
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var key = reader.GetString()!;
                    var keyLine = Line(bytes, reader.TokenStartIndex);
                    reader.Read();
                    entries.Add(new(key, keyLine, Node(ref reader, bytes, DocumentReader.Join(path, key), faults)));
                }

                return DocumentReader.Map(entries, line, path, faults);
            case JsonTokenType.StartArray:
                var items = new List<DocumentNode>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) items.Add(Node(ref reader, bytes, $"{path}[{items.Count}]", faults));
                return new ListNode(items, line);
            case JsonTokenType.String:
                return new ScalarNode(reader.GetString()!, true, line);
            default:
                return new ScalarNode(Encoding.UTF8.GetString(reader.ValueSpan), false, line);
        }
    }

    private static int Line(byte[] bytes, long index) => bytes.AsSpan(0, (int)index).Count((byte)'\n') + 1;
}
