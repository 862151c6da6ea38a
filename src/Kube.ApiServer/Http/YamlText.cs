using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Kube.Machinery.Schema;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Kube.ApiServer.Http;

/// <summary>Turns one YAML document into JSON by the core schema of YAML 1.2. JSON is YAML and passes through unread.</summary>
internal static class YamlText
{
    private const int MaxDepth = 100;

    // What aliases may add to a document, in characters: a body is at most megabytes, and no person writes the same megabyte twice.
    private const long MaxExpanded = 1024 * 1024;

    public static byte[] ToJson(byte[] bytes, DecodeReport report)
    {
        var first = bytes.AsSpan().IndexOfAnyExcept(" \t\r\n"u8);
        if (first >= 0 && bytes[first] == (byte)'{')
            return bytes;
        try
        {
            using var text = new StringReader(Encoding.UTF8.GetString(bytes));
            var parser = new Parser(text);
            parser.Consume<StreamStart>();
            if (!parser.Accept<DocumentStart>(out _))
                throw new DecodeException("the body is empty");
            parser.Consume<DocumentStart>();
            var reader = new NodeReader(parser, report);
            var node = reader.Read("", 0);
            parser.Consume<DocumentEnd>();
            return node is JsonObject ? JsonText.ToUtf8(node) : throw new DecodeException("the YAML document is not a mapping");
        }
        catch (Exception e) when (e is YamlException or InvalidOperationException or ArgumentException or OverflowException)
        {
            // The scanner means all of these for text that is no YAML.
            throw new DecodeException($"error converting YAML to JSON: {e.Message}");
        }
    }

    private sealed class NodeReader(Parser parser, DecodeReport report)
    {
        private readonly Dictionary<string, (JsonNode? Node, long Size)> _anchors = new(StringComparer.Ordinal);
        private long _characters;
        private long _expanded;

        public JsonNode? Read(string path, int depth)
        {
            if (depth > MaxDepth)
                throw new DecodeException("the YAML document is nested too deeply");
            var start = _characters;
            _characters += 2;
            if (parser.TryConsume<AnchorAlias>(out var alias))
            {
                var target = _anchors.TryGetValue(alias.Value.Value, out var anchored) ? anchored : throw new DecodeException($"unknown anchor {alias.Value.Value}");
                _expanded += target.Size;
                if (_expanded > MaxExpanded)
                    throw new DecodeException("the aliases of the YAML document make too much of it");
                _characters += target.Size;
                return target.Node?.DeepClone();
            }

            if (parser.TryConsume<Scalar>(out var scalar))
            {
                _characters += scalar.Value.Length;
                return Anchor(scalar.Anchor, Value(scalar), start);
            }

            if (parser.TryConsume<SequenceStart>(out var sequence))
            {
                var list = new JsonArray();
                while (!parser.TryConsume<SequenceEnd>(out _))
                    list.Add(Read($"{path}[{list.Count}]", depth + 1));
                return Anchor(sequence.Anchor, list, start);
            }

            var mapping = parser.Consume<MappingStart>();
            var result = new JsonObject();
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                var name = parser.Consume<Scalar>().Value;
                _characters += name.Length;
                var child = path.Length == 0 ? name : $"{path}.{name}";
                var value = Read(child, depth + 1);
                if (result.ContainsKey(name))
                    report.Add($"duplicate field \"{child}\"");
                result[name] = value;
            }

            return Anchor(mapping.Anchor, result, start);
        }

        // The size is known without looking: it is what was counted since the node began, aliases included.
        private JsonNode? Anchor(AnchorName anchor, JsonNode? node, long start)
        {
            if (!anchor.IsEmpty)
                _anchors[anchor.Value] = (node, _characters - start);
            return node;
        }

        private static JsonValue? Value(Scalar scalar)
        {
            var text = scalar.Value;
            if (scalar.Style != ScalarStyle.Plain || (!scalar.Tag.IsEmpty && scalar.Tag.Value == "tag:yaml.org,2002:str"))
                return JsonValue.Create(text);
            switch (text)
            {
                case "" or "~" or "null" or "Null" or "NULL":
                    return null;
                case "true" or "True" or "TRUE":
                    return JsonValue.Create(true);
                case "false" or "False" or "FALSE":
                    return JsonValue.Create(false);
            }

            if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
                return JsonValue.Create(whole);
            if (text.StartsWith("0x", StringComparison.Ordinal) && long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex))
                return JsonValue.Create(hex);
            if (text.StartsWith("0o", StringComparison.Ordinal) && text.Length < 22 && text[2..].All(c => c is >= '0' and <= '7'))
                return JsonValue.Create(Convert.ToInt64(text[2..], 8));
            var numeric = char.IsAsciiDigit(text[0]) || text[0] is '-' or '+' or '.';
            return numeric && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real)
                ? JsonValue.Create(real)
                : JsonValue.Create(text);
        }
    }
}
