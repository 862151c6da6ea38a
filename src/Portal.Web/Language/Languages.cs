using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Localization;

namespace Portal.Web.Language;

/// <summary>The languages the console speaks, and how a request says which one: by the cookie that the user menu sets, else by the browser's own preference.</summary>
internal static class Languages
{
    public const string English = "en";
    public const string Chinese = "zh-Hans";

    /// <summary>Each language by its tag (https://www.rfc-editor.org/rfc/rfc5646) and its own name.</summary>
    public static readonly IReadOnlyList<(string Tag, string Name)> All = [(English, "English"), (Chinese, "中文")];

    /// <summary>The language of the current request or circuit. Without culture data .NET writes the part after the hyphen in capitals, zh-HANS, so case does not count.</summary>
    public static string Current
    {
        get
        {
            var name = CultureInfo.CurrentUICulture.Name;
            foreach (var (tag, _) in All)
            {
                if (string.Equals(tag, name, StringComparison.OrdinalIgnoreCase)) return tag;
            }
            return English;
        }
    }

    public static void Configure(RequestLocalizationOptions options)
    {
        // Numbers and dates stay in one form everywhere: they are read beside logs and commands.
        options.DefaultRequestCulture = new RequestCulture(CultureInfo.InvariantCulture, new CultureInfo(English));
        options.SupportedCultures = [CultureInfo.InvariantCulture];
        options.SupportedUICultures = [.. All.Select(language => new CultureInfo(language.Tag))];
        options.RequestCultureProviders = [new CookieRequestCultureProvider(), new CustomRequestCultureProvider(context => Task.FromResult(Preferred(context)))];
    }

    // zh, zh-CN, zh-Hans-SG and the like all read Chinese. Without culture data a tag has no parent to fall back on, hence by prefix.
    private static ProviderCultureResult? Preferred(HttpContext context) =>
        context.Request.GetTypedHeaders().AcceptLanguage
            .OrderByDescending(range => range.Quality ?? 1)
            .Select(range => range.Value.Value ?? "")
            .Select(tag => tag.StartsWith("zh", StringComparison.OrdinalIgnoreCase) ? Chinese : tag.StartsWith("en", StringComparison.OrdinalIgnoreCase) ? English : null)
            .FirstOrDefault(tag => tag is not null) is { } found
            ? new ProviderCultureResult("", found)
            : null;
}
