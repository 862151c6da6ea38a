using System.Collections.Concurrent;
using System.Globalization;
using System.Resources;

namespace Portal.Web.Language;

/// <summary>
/// The console's words in the reader's language. The English text is its own key, so a page reads as what it says; the other languages
/// are resource files beside this class (<c>Words.zh-Hans.resx</c>), and a text that one of them lacks is shown in English.
/// </summary>
internal static class Words
{
    private static readonly ConcurrentDictionary<string, ResourceManager> Texts = new(StringComparer.Ordinal);

    /// <summary>A text of the console, in the language of the current circuit or request.</summary>
    /// <param name="english">The text in English: a literal, so that a test finds it.</param>
    public static string L(string english)
    {
        var language = Languages.Current;
        if (language == Languages.English) return english;
        return Texts.GetOrAdd(language, static tag => new ResourceManager($"Portal.Web.Language.Words.{tag}", typeof(Words).Assembly)).GetString(english, CultureInfo.InvariantCulture) ?? english;
    }

    /// <summary>The same for a text with values in it; its key is the format, such as <c>Release {0}: {1}</c>.</summary>
    public static string F(FormattableString english)
    {
        ArgumentNullException.ThrowIfNull(english);
        return string.Format(CultureInfo.InvariantCulture, L(english.Format), english.GetArguments());
    }

    /// <summary>A sentence that another room said in English, such as the message of an error.</summary>
    public static string S(string english) => Languages.Current == Languages.English ? english : Sentences.In(Languages.Current, english);

    /// <summary>A number of things: one text for one, another for every other number.</summary>
    public static string Count(int count, string one, string many) => string.Format(CultureInfo.InvariantCulture, L(count == 1 ? one : many), count);
}
