using System.Text.RegularExpressions;
using System.Xml.Linq;
using Testing;
using Xunit;

namespace Portal.Web.Tests.Language;

/// <summary>WCAG 2.5.3: who says the word they see must reach the control. Checked in the source, in both languages, for every control that shows one text and is named by another.</summary>
public sealed partial class Spoken_names_contain_the_words_shown
{
    [Fact]
    public void Every_control_with_a_name_of_its_own_begins_with_or_contains_its_visible_text_in_every_language()
    {
        var chinese = XDocument.Load(Repository.Path("src/Portal.Web/Language/Words.zh-Hans.resx")).Root!.Elements("data")
            .ToDictionary(entry => entry.Attribute("name")!.Value, entry => entry.Element("value")!.Value, StringComparer.Ordinal);
        var controls = Texts.Sources().Where(source => source.Path.EndsWith(".razor", StringComparison.Ordinal))
            .SelectMany(source => source.Text.Split('\n').SelectMany(line => Controls().Matches(line)).Select(control => (source.Path, Name: Texts.Keys($"F({control.Groups[1].Value})").Single(), Shown: control.Groups[2].Value)))
            .ToList();

        Assert.True(controls.Count > 15, $"only {controls.Count} controls were found");
        Assert.Empty(controls.Where(control => !Contains(control.Name, control.Shown)).Select(control => $"{control.Path}: '{control.Name}' lacks '{control.Shown}'"));
        Assert.Empty(controls.Where(control => !Contains(chinese[control.Name], chinese[control.Shown])).Select(control => $"{control.Path}: '{chinese[control.Name]}' lacks '{chinese[control.Shown]}'"));
    }

    // A value may stand anywhere, so it parts words; punctuation is not spoken.
    private static bool Contains(string name, string shown) => Words(Hole().Replace(name, " 0 ")).Contains(Words(shown), StringComparison.OrdinalIgnoreCase);

    private static string Words(string text) => NotSpoken().Replace(text, "");

    [GeneratedRegex(@"(?:AriaLabel|aria-label)=""@F\((\$""[^""]*"")\)""(?:(?!</).)*?>@L\(""([^""]*)""\)</")]
    private static partial Regex Controls();

    [GeneratedRegex(@"\{\d+(?::[^}]*)?\}")]
    private static partial Regex Hole();

    [GeneratedRegex(@"[\W_]+")]
    private static partial Regex NotSpoken();
}
