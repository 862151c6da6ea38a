using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Portal.Web.Language;
using Testing;
using Xunit;
using static Portal.Web.Language.Words;

namespace Portal.Web.Tests.Language;

/// <summary>What Portal.Core and Portal.Identity answer people with, found in their source, has a form in every language's <c>Sentences</c>.</summary>
public sealed partial class Sentences_of_other_rooms_are_translated
{
    [Fact]
    public void Every_refusal_has_a_form()
    {
        var forms = XDocument.Load(Repository.Path("src/Portal.Web/Language/Sentences.zh-Hans.resx")).Root!.Elements("data").Select(entry => Plain(entry.Attribute("name")!.Value)).ToHashSet(StringComparer.Ordinal);
        var said = new[] { "Portal.Core", "Portal.Identity" }.SelectMany(room => Directory.EnumerateFiles(Repository.Path("src/" + room), "*.cs", SearchOption.AllDirectories))
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal))
            .SelectMany(path => Refusals().Matches(File.ReadAllText(path)).Select(match => Format(match.Groups["text"].Value)))
            .Where(text => text.Count(letter => letter == '{') == text.Count(letter => letter == '}') && text.Contains(' ', StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).ToList();

        Assert.True(said.Count > 60, $"only {said.Count} sentences were found");
        Assert.Empty(said.Where(text => !forms.Contains(Plain(text))));
    }

    [Theory]
    [InlineData("There is no such account.", "没有这样的账户。")]
    [InlineData("Release 7 was never approved.", "发布 7 从未获得批准。")]
    [InlineData("The team may have 10 apps; with this change it would have 11.", "team 最多可有 10 apps;此更改后将有 11。")]
    [InlineData("Nobody ever said this.", "Nobody ever said this.")]
    public void A_sentence_is_known_by_its_form_and_keeps_its_values(string english, string chinese)
    {
        var former = CultureInfo.CurrentUICulture;
        try
        {
            Assert.Equal(english, S(english));
            CultureInfo.CurrentUICulture = new CultureInfo(Languages.Chinese);
            Assert.Equal(chinese, S(english));
        }
        finally
        {
            CultureInfo.CurrentUICulture = former;
        }
    }

    // $"a {b} c {d:HH}" has the form "a {0} c {1:HH}".
    private static string Format(string text)
    {
        var holes = 0;
        return Expression().Replace(text, match => $"{{{holes++}{match.Groups["format"].Value}}}");
    }

    private static string Plain(string form) => Number().Replace(form, "{}");

    [GeneratedRegex(@"(?:Error\.(?:Conflict|Forbidden|QuotaExceeded|Unavailable)\(|Error\.Invalid\(\$?""[^""]*"", |new Fault\(""[^""]*"", )\$?""(?<text>[^""\\]*)""[,)]")]
    private static partial Regex Refusals();

    [GeneratedRegex(@"(?<!\{)\{[^{}:]+(?<format>:[^{}]*)?\}")]
    private static partial Regex Expression();

    [GeneratedRegex(@"(?<!\{)\{\d+(?::[^}]*)?\}")]
    private static partial Regex Number();
}
