using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Bunit;
using Portal.Web.Language;
using Portal.Web.Pages;
using Testing;
using Xunit;
using static Portal.Web.Language.Words;

namespace Portal.Web.Tests.Language;

public sealed partial class WordsTests : ConsoleContext
{
    // What is in both languages as a whole: everything but REST, whose readers are programs.
    private static readonly string[] Translated =
    [
        "Language/", "Layout/", "Live/", "Ui/", "Pages/Nodes/", "Pages/Clusters/", "Pages/Home", "Pages/NotFound", "Pages/Team", "Pages/Project", "Pages/WhatIf", "Pages/Loss", "Pages/Move", "Pages/Survival",
        "Pages/Apps/", "Pages/Environment", "Account/",
    ];

    private static IReadOnlyDictionary<string, string> Chinese { get; } = XDocument.Load(Repository.Path("src/Portal.Web/Language/Words.zh-Hans.resx")).Root!.Elements("data")
        .ToDictionary(entry => entry.Attribute("name")!.Value, entry => entry.Element("value")!.Value, StringComparer.Ordinal);

    [Fact]
    public void Every_text_of_the_console_is_there_in_every_language()
    {
        var used = Texts.Sources().Where(IsTranslated).SelectMany(source => Texts.Keys(source.Text)).ToHashSet(StringComparer.Ordinal);

        Assert.True(used.Count > 500, $"only {used.Count} texts were found");
        var missing = used.Except(Chinese.Keys).Order().ToList();
        Assert.True(missing.Count == 0, "not in Words.zh-Hans.resx:\n" + string.Join('\n', missing));
    }

    [Fact]
    public void A_translation_has_the_same_places_for_values()
    {
        var wrong = Chinese.Where(entry => !Holes().Matches(entry.Key).Select(hole => hole.Value).Order().SequenceEqual(Holes().Matches(entry.Value).Select(hole => hole.Value).Order()));

        Assert.Empty(wrong.Select(entry => entry.Key));
    }

    [Fact]
    public void No_page_says_a_sentence_past_the_resource_files()
    {
        var literal = Texts.Sources()
            .Where(source => source.Path.EndsWith(".razor", StringComparison.Ordinal) && IsTranslated(source))
            .SelectMany(source => Sentences(source.Text).Select(sentence => $"{source.Path}: {sentence}"));

        Assert.Empty(literal);
    }

    [Fact]
    public void A_page_reads_in_the_language_of_its_circuit()
    {
        var former = CultureInfo.CurrentUICulture;
        try
        {
            CultureInfo.CurrentUICulture = new CultureInfo(Languages.Chinese);

            Assert.Contains("您的团队", Render<Home>().Find("h1").TextContent, StringComparison.Ordinal);
            Assert.Equal("发布 3:web scaled to 2", F($"Release {3}: {"web scaled to 2"}"));
            Assert.Equal("not a text of the console", L("not a text of the console"));
        }
        finally
        {
            CultureInfo.CurrentUICulture = former;
        }
    }

    private static bool IsTranslated((string Path, string Text) source) => Translated.Any(prefix => source.Path.StartsWith(prefix, StringComparison.Ordinal));

    // Words between tags, and words as the value of an attribute that people read or hear.
    private static IEnumerable<string> Sentences(string razor)
    {
        var markup = Comments().Replace(razor.Split("\n@code {")[0], "");
        markup = Expressions().Replace(markup, "");
        return Between().Matches(markup).Select(match => match.Groups[1].Value.Trim())
            .Concat(Attributes().Matches(markup).Select(match => match.Groups[2].Value))
            .Where(text => Words().IsMatch(text) && !Names.Contains(text));
    }

    // Keys on a keyboard, commands and the product's own name are the same everywhere.
    private static readonly string[] Names = ["Portal", "Ctrl", "Enter", "Esc", "Ctrl K", "&nbsp;*", "portal audit verify audit-.jsonl"];

    [GeneratedRegex(@"@\*.*?\*@", RegexOptions.Singleline)]
    private static partial Regex Comments();

    [GeneratedRegex(@"@?\b[LF]\(\$?""(?:[^""\\]|\\.)*""\)|@\((?>[^()]+|\((?<open>)|\)(?<-open>))*(?(open)(?!))\)")]
    private static partial Regex Expressions();

    [GeneratedRegex(@"(?<![=\-])>([^<>@{}]*)(?=[<@])")]
    private static partial Regex Between();

    [GeneratedRegex(@" (Title|Label|AriaLabel|What|Help|Lead|Action|Term|CopyLabel|AddWord|aria-label|title)=""([^""@]*)""")]
    private static partial Regex Attributes();

    [GeneratedRegex("[A-Za-z]{3,}")]
    private static partial Regex Words();

    [GeneratedRegex(@"\{\d+(:[^}]*)?\}")]
    private static partial Regex Holes();
}
