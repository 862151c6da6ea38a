using k8s.Models;

namespace Kube.Machinery.Selectors;

/// <summary>
/// A label selector in the query syntax of https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/: equality and
/// set-based requirements, all of which must hold.
/// </summary>
public sealed class LabelSelector
{
    private readonly LabelRequirement[] _requirements;

    private LabelSelector(LabelRequirement[] requirements) => _requirements = requirements;

    /// <summary>Selects everything.</summary>
    public static LabelSelector Everything { get; } = new([]);

    /// <summary>True when no requirement narrows it.</summary>
    public bool IsEverything => _requirements.Length == 0;

    /// <summary>The requirements.</summary>
    public IReadOnlyList<LabelRequirement> Requirements => _requirements;

    /// <summary>Makes a selector of requirements.</summary>
    public static LabelSelector Of(IEnumerable<LabelRequirement> requirements) => new([.. requirements]);

    /// <summary>Reads the selector of a model; an empty one selects everything.</summary>
    public static LabelSelector Of(V1LabelSelector selector)
    {
        ArgumentNullException.ThrowIfNull(selector);
        var equal = (selector.MatchLabels ?? new Dictionary<string, string>()).Select(l => new LabelRequirement(l.Key, LabelOperator.In, [l.Value]));
        var expressions = (selector.MatchExpressions ?? []).Select(e => new LabelRequirement(
            e.Key,
            e.OperatorProperty switch
            {
                "In" => LabelOperator.In,
                "NotIn" => LabelOperator.NotIn,
                "Exists" => LabelOperator.Exists,
                _ => LabelOperator.DoesNotExist,
            },
            [.. e.Values ?? []]));
        return Of(equal.Concat(expressions));
    }

    /// <summary>Parses <c>a=b,c!=d,e in (x,y),!f,g>5</c>; null or empty selects everything.</summary>
    /// <exception cref="FormatException">The text is no selector.</exception>
    public static LabelSelector Parse(string? text) => string.IsNullOrWhiteSpace(text) ? Everything : new([.. new LabelSelectorParser(text).Parse()]);

    /// <summary>Whether labels satisfy every requirement.</summary>
    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        foreach (var requirement in _requirements)
        {
            if (!requirement.Matches(labels))
                return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(',', _requirements.Select(r => r.ToString()));
}
