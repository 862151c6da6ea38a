using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry.Custom;

/// <summary>The rules that one JSONSchemaProps sets for a value, read once.</summary>
internal sealed class ValueRules
{
    // A pattern is the definer's; a document is anybody's. Neither may keep the server busy.
    private static readonly TimeSpan PatternLimit = TimeSpan.FromMilliseconds(250);

    public ValueRules(JsonObject source)
    {
        Pattern = source.Text("pattern") is { } pattern ? TryPattern(pattern) : null;
        Required = [.. source.Texts("required")];
        Enum = source.Array("enum");
        AllOf = Parse(source, "allOf");
        AnyOf = Parse(source, "anyOf");
        OneOf = Parse(source, "oneOf");
        Cel = [.. source.Objects("x-kubernetes-validations").Select(r => new CelRule(r))];
        Not = source.Object("not") is { } not ? StructuralSchema.Parse(not) : null;
    }

    public Regex? Pattern { get; }

    public IReadOnlyList<string> Required { get; }

    public JsonArray? Enum { get; }

    public IReadOnlyList<StructuralSchema> AllOf { get; }

    public IReadOnlyList<StructuralSchema> AnyOf { get; }

    public IReadOnlyList<StructuralSchema> OneOf { get; }

    public StructuralSchema? Not { get; }

    /// <summary>The expressions that must hold.</summary>
    public IReadOnlyList<CelRule> Cel { get; }

    /// <summary>A pattern compiled; null when .NET has no such expression. Definitions are refused then.</summary>
    public static Regex? TryPattern(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, PatternLimit);
        }
        catch (NotSupportedException)
        {
            return new Regex(pattern, RegexOptions.CultureInvariant, PatternLimit);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static StructuralSchema[] Parse(JsonObject source, string name) => [.. source.Objects(name).Select(StructuralSchema.Parse)];
}
