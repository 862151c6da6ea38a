using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry.Custom;

/// <summary>
/// The JSONPath of printer columns (https://kubernetes.io/docs/reference/kubectl/jsonpath/): names, quoted names, indexes, <c>[*]</c> and the
/// filter <c>[?(@.type=="Ready")]</c>. Nothing else makes sense for one cell.
/// </summary>
internal sealed partial class JsonPathExpression
{
    private readonly List<Func<IEnumerable<JsonNode>, IEnumerable<JsonNode>>> _steps = [];

    private JsonPathExpression()
    {
    }

    /// <summary>Parses an expression; null when it is none.</summary>
    public static JsonPathExpression? Parse(string text)
    {
        var result = new JsonPathExpression();
        var rest = text.Trim();
        if (rest.StartsWith('{') && rest.EndsWith('}'))
            rest = rest[1..^1];
        if (!rest.StartsWith('.') && !rest.StartsWith('['))
            return null;
        while (rest.Length > 0)
        {
            var match = Step().Match(rest);
            if (!match.Success)
                return null;
            if (match.Length > 1 || rest != ".")
                result._steps.Add(Compile(match));
            rest = rest[match.Length..];
        }

        return result;
    }

    /// <summary>All values the expression finds.</summary>
    public IEnumerable<JsonNode> Find(JsonNode document) => _steps.Aggregate(Enumerable.Repeat(document, 1), (found, step) => step(found));

    [GeneratedRegex("""\G(?:\.(?<name>(?:[A-Za-z0-9_\-/]|\\\.)+)|\[['"](?<name>[^'"]+)['"]\]|\[(?<index>-?\d+)\]|(?<all>\.?\[\*\]|\.\*)|\[\?\(@\.(?<field>[A-Za-z0-9_.\-]+)\s*(?<operator>==|!=)\s*['"]?(?<value>[^'")]*)['"]?\)\])""", RegexOptions.CultureInvariant)]
    private static partial Regex Step();

    private static Func<IEnumerable<JsonNode>, IEnumerable<JsonNode>> Compile(Match match)
    {
        if (match.Groups["name"].Success)
        {
            var name = match.Groups["name"].Value.Replace("\\.", ".", StringComparison.Ordinal);
            return nodes => Present(nodes.Select(n => n is JsonObject o ? o[name] : null));
        }

        if (match.Groups["index"].Success)
        {
            var index = int.Parse(match.Groups["index"].Value, CultureInfo.InvariantCulture);
            return nodes => Present(nodes.OfType<JsonArray>().Select(list => At(list, index)));
        }

        if (match.Groups["all"].Success)
            return nodes => Present(nodes.SelectMany(n => n switch { JsonArray list => list, JsonObject o => o.Select(p => p.Value), _ => Enumerable.Empty<JsonNode?>() }));
        var (field, value, equal) = (match.Groups["field"].Value, match.Groups["value"].Value, match.Groups["operator"].Value == "==");
        return nodes => Present(nodes.OfType<JsonArray>().SelectMany(list => list).Where(item => Columns.Scalar(item.At(field)) == value == equal));
    }

    private static JsonNode? At(JsonArray list, int index)
    {
        index = index < 0 ? list.Count + index : index;
        return index >= 0 && index < list.Count ? list[index] : null;
    }

    private static IEnumerable<JsonNode> Present(IEnumerable<JsonNode?> nodes) => nodes.Where(n => n is not null).Select(n => n!);
}
