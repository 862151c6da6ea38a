using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Resources;
using System.Text.RegularExpressions;

namespace Portal.Web.Language;

/// <summary>
/// Sentences that other rooms make in English, in the reader's language. Those rooms know no language and no console; what they say is recognised by its form
/// (<c>Release {0} was never approved.</c>, a key of <c>Sentences.zh-Hans.resx</c>) and said again with the same values. What is not recognised stays English.
/// </summary>
internal static partial class Sentences
{
    private static readonly ConcurrentDictionary<string, IReadOnlyList<Form>> Forms = new(StringComparer.Ordinal);

    public static string In(string language, string english)
    {
        foreach (var form in Forms.GetOrAdd(language, Load))
        {
            if (form.Pattern.Match(english) is { Success: true } match) return string.Format(CultureInfo.InvariantCulture, form.Text, [.. match.Groups.Values.Skip(1).Select(group => group.Value)]);
        }
        return english;
    }

    // The more of a form is fixed, the earlier it is tried: "There is no such account." before "There is no such {0}."
    private static IReadOnlyList<Form> Load(string language)
    {
        var resources = new ResourceManager($"Portal.Web.Language.Sentences.{language}", typeof(Sentences).Assembly).GetResourceSet(CultureInfo.InvariantCulture, createIfNotExists: true, tryParents: false);
        return [.. (resources?.Cast<DictionaryEntry>() ?? []).Select(entry => Of((string)entry.Key, (string)entry.Value!)).OrderByDescending(form => form.Fixed)];
    }

    private static Form Of(string english, string text)
    {
        // A doubled brace is a brace; every hole takes a value, in its order.
        var parts = Hole().Split(english).Select(part => part.Replace("{{", "{", StringComparison.Ordinal).Replace("}}", "}", StringComparison.Ordinal)).ToList();
        var pattern = new Regex($"^{string.Join("(.+?)", parts.Select(Regex.Escape))}$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline);
        return new(pattern, text, parts.Sum(part => part.Length));
    }

    private sealed record Form(Regex Pattern, string Text, int Fixed);

    [GeneratedRegex(@"(?<!\{)\{\d+(?::[^}]*)?\}")]
    private static partial Regex Hole();
}
