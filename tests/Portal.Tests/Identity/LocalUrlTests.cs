using CsCheck;
using Portal.Identity.Edge;
using Xunit;

namespace Portal.Tests.Identity;

public sealed class LocalUrlTests
{
    private static readonly Uri Site = new("http://portal.test:5080/");
    private static readonly string[] Tricks =
        ["/", "\\", "//", "\t", "\r", "\n", "\0", "evil.test", "@", ":", "http:", "javascript:", "%2f", "%5c", ".", "..", "?", "#", "x", " ", "\u2028", "ß"];

    [Theory]
    [InlineData("/")]
    [InlineData("/teams/acme")]
    [InlineData("/connect/authorize?redirect_uri=https%3A%2F%2Fx.test&scope=a%20b")]
    [InlineData("/a//b")]
    public void Paths_of_this_site_are_local(string url) => Assert.True(LocalUrl.IsLocal(url));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("teams")]
    [InlineData("//evil.test")]
    [InlineData("///evil.test")]
    [InlineData("/\\evil.test")]
    [InlineData("\\/evil.test")]
    [InlineData("/\t/evil.test")]
    [InlineData("/\n/evil.test")]
    [InlineData(" /evil")]
    [InlineData("https://evil.test")]
    [InlineData("https:evil.test")]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/html,x")]
    [InlineData("~/x")]
    [InlineData("http://portal.test:5080@evil.test")]
    public void Everything_else_is_not_and_leads_home(string? url)
    {
        Assert.False(LocalUrl.IsLocal(url));
        Assert.Equal("/", LocalUrl.OrHome(url));
    }

    [Fact]
    public void Whatever_is_put_together_from_a_browsers_tricks_stays_on_the_site_once_accepted() =>
        Gen.Int[0, Tricks.Length - 1].Select(i => Tricks[i])
            .List[0, 6].Select(parts => string.Concat(parts))
            .Sample(
                url =>
                {
                    if (!LocalUrl.IsLocal(url))
                        return true;
                    // Browsers read "\" as "/" and drop tabs and newlines before parsing (WHATWG URL 4.4).
                    var seen = url.Replace("\\", "/", StringComparison.Ordinal).Replace("\t", "", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal);
                    return new Uri(Site, seen).Authority == Site.Authority && !seen.StartsWith("//", StringComparison.Ordinal);
                },
                iter: 20_000);
}
