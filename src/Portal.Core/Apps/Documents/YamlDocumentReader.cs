using Portal.Core.Results;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Portal.Core.Apps.Documents;

/// <summary>Reads one YAML document. Anchors, aliases, tags and further documents are refused, so a small text stays a small tree.</summary>
internal static class YamlDocumentReader
{
    /// <summary>The tree, or null when the text is no YAML; faults say why.</summary>
    public static DocumentNode? Read(string text, List<FieldError> faults, int maxLength = DocumentReader.MaxLength)
    {
        if (DocumentReader.TooLong(text, maxLength) is { } fault)
        {
            faults.Add(fault);
            return null;
        }

        try
        {
            var parser = new Parser(new StringReader(text));
            parser.Consume<StreamStart>();
            if (!parser.TryConsume<DocumentStart>(out _))
            {
                faults.Add(new("", "The declaration is empty."));
                return null;
            }

            var node = Node(parser, "", 0, faults);
            parser.Consume<DocumentEnd>();
            if (parser.TryConsume<DocumentStart>(out var second)) faults.Add(new("", "Only one document is accepted; a second begins here.", Line(second)));
            return node;
        }
        catch (YamlException e)
        {
            faults.Add(new("", $"This is not YAML: {e.Message}", (int)e.Start.Line));
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // YamlDotNet 18.1's scanner throws these on some malformed flow mappings instead of its own exception; drop the clause once it no longer does.
            faults.Add(new("", "This is not YAML: brackets or quotes do not match."));
            return null;
        }
    }

    private static DocumentNode? Node(Parser parser, string path, int depth, List<FieldError> faults)
    {
        if (depth > DocumentReader.MaxDepth) throw new YamlException(parser.Current!.Start, parser.Current.End, "it is nested too deeply.");
        if (parser.TryConsume<AnchorAlias>(out var alias))
        {
            faults.Add(new(path, $"Aliases are not accepted (*{alias.Value}); write the value out.", Line(alias)));
            return null;
        }

        if (parser.Current is NodeEvent { Anchor.IsEmpty: false } anchored)
            faults.Add(new(path, $"Anchors are not accepted (&{anchored.Anchor.Value}).", Line(anchored)));
        if (parser.Current is NodeEvent { Tag: { IsEmpty: false, IsNonSpecific: false } } tagged)
            faults.Add(new(path, $"Tags are not accepted ({tagged.Tag.Value}).", Line(tagged)));

        if (parser.TryConsume<Scalar>(out var scalar)) return new ScalarNode(scalar.Value, scalar.Style != ScalarStyle.Plain, Line(scalar));
        if (parser.TryConsume<SequenceStart>(out var list))
        {
            var items = new List<DocumentNode>();
            for (var index = 0; !parser.TryConsume<SequenceEnd>(out _); index++)
            {
                if (Node(parser, $"{path}[{index}]", depth + 1, faults) is { } item) items.Add(item);
            }

            return new ListNode(items, Line(list));
        }

        var map = parser.Consume<MappingStart>();
        var entries = new List<MapEntry>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (parser.Current is not Scalar) throw new YamlException(parser.Current!.Start, parser.Current.End, "a key must be plain text.");
            var key = parser.Consume<Scalar>();
            if (Node(parser, DocumentReader.Join(path, key.Value), depth + 1, faults) is { } value) entries.Add(new(key.Value, Line(key), value));
        }

        return DocumentReader.Map(entries, Line(map), path, faults);
    }

    private static int Line(ParsingEvent e) => (int)e.Start.Line;
}
