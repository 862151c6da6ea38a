using System.Text.RegularExpressions;
using Testing;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>
/// Every page of the console, found in its source, asked for by its team's owner and by a stranger: a foreign place reads exactly like a missing one.
/// A page without a row fails the test. What roles may do on a page is the REST matrix's matter: pages and REST call the same use cases.
/// </summary>
public sealed partial class Pages_keep_tenants_apart(PortalFixture portal)
{
    private const string Team = "tenantpages";
    private const string StrangerPassword = "correct horse battery staple 3";

    // Each page's route and whether it shows one tenant's things.
    private static readonly Dictionary<string, bool> Rows = new()
    {
        ["/"] = false,
        ["/not-found"] = false,
        ["/platform/clusters"] = false,
        ["/platform/clusters/{Cluster}"] = false,
        ["/platform/nodes"] = false,
        ["/platform/nodes/{Node}"] = false,
        ["/t/{Team}"] = true,
        ["/t/{Team}/audit"] = true,
        ["/t/{Team}/clusters"] = true,
        ["/t/{Team}/clusters/{Cluster}"] = true,
        ["/t/{Team}/import"] = true,
        ["/t/{Team}/members"] = true,
        ["/t/{Team}/notifications"] = true,
        ["/t/{Team}/settings"] = true,
        ["/t/{Team}/usage"] = true,
        ["/t/{Team}/p/{Project}"] = true,
        ["/t/{Team}/p/{Project}/activity"] = true,
        ["/t/{Team}/p/{Project}/settings"] = true,
        ["/t/{Team}/p/{Project}/e/{Env}/apps"] = true,
        ["/t/{Team}/p/{Project}/e/{Env}/config"] = true,
        ["/t/{Team}/p/{Project}/e/{Env}/domains"] = true,
        ["/t/{Team}/p/{Project}/e/{Env}/jobs"] = true,
        ["/t/{Team}/p/{Project}/e/{Env}/volumes"] = true,
        ["/t/{Team}/p/{Project}/e/{Env}/what-if"] = true,
        ["/t/{Team}/p/{Project}/e/{Env}/apps/new"] = true,
        ["/t/{Team}/p/{Project}/e/{Env}/apps/{App}"] = true,
        ["/t/{Team}/p/{Project}/e/{Env}/apps/{App}/{Tab}"] = true,
        ["/t/{Team}/p/{Project}/e/{Env}/apps/{App}/edit"] = true,
    };

    [Fact]
    public void Every_page_has_a_row() => Assert.Equal(Routes().Order(), Rows.Keys.Order());

    [Fact]
    public async Task A_stranger_learns_nothing_from_any_page()
    {
        using var rest = portal.Rest(await portal.AdminTokenAsync());
        var app = await FirstApp.CreateAsync(rest, Team, "tenantpages.example.com");
        await portal.EnsureUserAsync("pages@example.com", StrangerPassword, platformAdmin: false);
        await using var owner = await Browser.OpenAsync();
        await owner.SignInAsync(portal);
        await using var stranger = await Browser.OpenAsync();
        await stranger.SignInAsync(portal, "pages@example.com", StrangerPassword);
        foreach (var route in Rows.Where(row => row.Value).Select(row => row.Key))
        {
            var own = await ReadAsync(owner, Fill(route, Team));
            var foreign = await ReadAsync(stranger, Fill(route, Team));
            var missing = await ReadAsync(stranger, Fill(route, "nosuchteam0"));
            Assert.True(missing.Replace("nosuchteam0", Team, StringComparison.Ordinal) == foreign, $"{route}: a foreign place reads\n{foreign}\na missing one\n{missing}");
            Assert.NotEqual(own, foreign);
        }

        await app.DeleteAsync();
    }

    private async Task<string> ReadAsync(Browser browser, string path)
    {
        await browser.Page.GotoAsync(new Uri(portal.Console, path).ToString());
        await browser.LiveAsync();
        // The page settles within a render or two; the answer is read when it no longer changes.
        var last = string.Empty;
        return await Eventually.Async($"{path} to settle", () => browser.Page.InnerTextAsync("main"), text =>
        {
            var settled = text == last && text.Length > 0;
            last = text;
            return settled;
        });
    }

    private static string Fill(string route, string team) => route
        .Replace("{Team}", team, StringComparison.Ordinal).Replace("{Project}", "shop", StringComparison.Ordinal).Replace("{Env}", "staging", StringComparison.Ordinal)
        .Replace("{App}", "hello", StringComparison.Ordinal).Replace("{Tab}", "releases", StringComparison.Ordinal);

    private static IEnumerable<string> Routes() =>
        Directory.EnumerateFiles(Repository.Path("src/Portal.Web"), "*.razor", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal))
            .SelectMany(path => PageDirective().Matches(File.ReadAllText(path)).Select(match => match.Groups[1].Value));

    [GeneratedRegex("^@page \"([^\"]+)\"", RegexOptions.Multiline)]
    private static partial Regex PageDirective();
}
