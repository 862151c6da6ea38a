namespace Kube.Machinery.Selectors;

/// <summary>
/// A field selector: <c>metadata.name=a,status.phase!=Running</c>. See
/// https://kubernetes.io/docs/concepts/overview/working-with-objects/field-selectors/.
/// </summary>
public sealed class FieldSelector
{
    private FieldSelector(IReadOnlyList<FieldRequirement> requirements) => Requirements = requirements;

    /// <summary>Selects everything.</summary>
    public static FieldSelector Everything { get; } = new([]);

    /// <summary>True when no requirement narrows it.</summary>
    public bool IsEverything => Requirements.Count == 0;

    /// <summary>The requirements, all of which must hold.</summary>
    public IReadOnlyList<FieldRequirement> Requirements { get; }

    /// <summary>Parses; null or empty selects everything.</summary>
    /// <exception cref="FormatException">A term has no operator.</exception>
    public static FieldSelector Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return Everything;
        var requirements = new List<FieldRequirement>();
        foreach (var term in SplitTerms(text))
        {
            if (term.Length > 0)
                requirements.Add(Term(term));
        }

        return new FieldSelector(requirements);
    }

    /// <summary>The value a field must equal, or null when the selector does not say.</summary>
    public string? Exactly(string field)
    {
        foreach (var requirement in Requirements)
        {
            if (!requirement.Negated && requirement.Field == field)
                return requirement.Value;
        }

        return null;
    }

    /// <summary>Whether an object satisfies every requirement.</summary>
    /// <param name="value">Gives a field's text; an absent field is an empty string.</param>
    public bool Matches(Func<string, string> value)
    {
        foreach (var requirement in Requirements)
        {
            if ((value(requirement.Field) == requirement.Value) == requirement.Negated)
                return false;
        }

        return true;
    }

    private static FieldRequirement Term(string term)
    {
        var equals = term.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
            throw new FormatException($"invalid selector: '{term}'; can't understand '{term}'");
        var negated = term[equals - 1] == '!';
        var field = term[..(negated ? equals - 1 : equals)];
        var start = equals + 1 < term.Length && term[equals + 1] == '=' && !negated ? equals + 2 : equals + 1;
        return new FieldRequirement(field, Unescape(term[start..]), negated);
    }

    private static IEnumerable<string> SplitTerms(string text)
    {
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == ',')
            {
                yield return text[start..i];
                start = i + 1;
            }
        }

        yield return text[start..];
    }

    private static string Unescape(string value) =>
        value.Contains('\\', StringComparison.Ordinal)
            ? value.Replace("\\,", ",", StringComparison.Ordinal).Replace("\\=", "=", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal)
            : value;
}
