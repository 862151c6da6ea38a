using System.Text.Json;
using Microsoft.Playwright;
using Testing;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>
/// Each page in light and dark at three widths against axe's rules for WCAG 2.2 AA, without an allow list, and without a horizontal scroll bar; then the keyboard alone,
/// since no rule engine can judge that. A screenshot of each page stays with the results.
/// </summary>
public sealed class Pages_are_for_everybody(PortalFixture portal)
{
    private const string Team = "everybody";
    private const string Apps = $"/t/{Team}/p/shop/e/staging/apps";
    private static readonly int[] Widths = [1280, 768, 360];
    private static readonly string[] Pages =
    [
        "/", $"/t/{Team}", $"/t/{Team}/members", $"/t/{Team}/settings", $"/t/{Team}/p/shop", $"/t/{Team}/p/shop/settings", Apps, $"/t/{Team}/p/shop/e/staging/what-if", $"{Apps}/new",
        $"{Apps}/hello", $"{Apps}/hello/edit", $"{Apps}/hello/releases", $"{Apps}/hello/logs", $"{Apps}/hello/instances", $"{Apps}/hello/config", $"{Apps}/hello/network", $"{Apps}/hello/events",
        $"/t/{Team}/import", $"/t/{Team}/usage", $"/t/{Team}/p/shop/e/staging/domains", $"/t/{Team}/p/shop/e/staging/config", $"/t/{Team}/p/shop/e/staging/jobs", $"/t/{Team}/p/shop/e/staging/volumes", $"{Apps}/hello/storage",
        $"{Apps}/hello/webhooks", $"{Apps}/hello/settings", "/platform/nodes", "/platform/nodes/NODE",
    ];

    [Fact]
    public async Task No_page_has_a_serious_fault_in_any_theme_at_any_width()
    {
        using var rest = portal.Rest(await portal.AdminTokenAsync());
        var app = await FirstApp.CreateAsync(rest, Team, "everybody.example.com");
        await using var browser = await Browser.OpenAsync();
        await browser.SignInAsync(portal);
        var page = browser.Page;
        var node = (await portal.KubectlOkAsync("get", "nodes", "-o", "jsonpath={.items[0].metadata.name}")).Trim();
        var faults = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var path in Pages.Select(path => path.Replace("NODE", node, StringComparison.Ordinal)))
        {
            await page.SetViewportSizeAsync(1280, 800);
            await page.GotoAsync(new Uri(portal.Console, path).ToString());
            await browser.LiveAsync();
            await SettledAsync(page);
            foreach (var theme in (string[])["light", "dark"])
            {
                await page.EvaluateAsync("dark => document.documentElement.classList.toggle('pf-v6-theme-dark', dark)", theme == "dark");
                foreach (var width in Widths)
                {
                    await page.SetViewportSizeAsync(width, 800);
                    var where = $"{path} {theme} {width}";
                    if (await page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth") > 1) faults.Add($"{where}: scrolls sideways");
                    foreach (var fault in await AxeAsync(page)) faults.Add($"{fault} on {where}");
                    await browser.ScreenshotAsync($"page{path.Replace('/', '-')}-{theme}-{width}");
                }
            }
        }

        await page.SetViewportSizeAsync(1280, 800);
        await page.GotoAsync(new Uri(portal.Console, $"{Apps}/hello/settings").ToString());
        await browser.LiveAsync();
        foreach (var (name, key) in new[] { ("palette", "Control+k"), ("help", "?") })
        {
            await page.Keyboard.PressAsync(key);
            await page.Locator("dialog[open]").WaitForAsync();
            foreach (var fault in await AxeAsync(page)) faults.Add($"{fault} in the {name}");
            await page.Keyboard.PressAsync("Escape");
        }

        await page.GetByRole(AriaRole.Button, new() { Name = "Delete app…" }).ClickAsync();
        await page.Locator("dialog[open]").WaitForAsync();
        foreach (var fault in await AxeAsync(page)) faults.Add($"{fault} in the dialog that deletes");
        await app.DeleteAsync();
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public async Task The_keyboard_alone_goes_everywhere()
    {
        const string team = "keyboard";
        using var rest = portal.Rest(await portal.AdminTokenAsync());
        var app = new FirstApp(rest, team, "keys");
        await app.MakeRoomAsync();
        await app.DeclareAsync("keys.example.com", 1, "tiny");
        await WithKeysAsync(team);
        await app.DeleteAsync();
    }

    private async Task WithKeysAsync(string team)
    {
        await using var browser = await Browser.OpenAsync();
        await browser.SignInAsync(portal);
        var page = browser.Page;
        await browser.LiveAsync();

        // A new page puts focus on its heading; back from there the first stop of all is the skip link, and it leads into the content.
        for (var stops = 0; stops < 60 && await FocusedAsync(page) != "Skip to content"; stops++) await page.Keyboard.PressAsync("Shift+Tab");
        Assert.Equal("Skip to content", await FocusedAsync(page));
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal("content", await page.EvaluateAsync<string>("document.activeElement.id"));

        // The palette finds an app of any team, and focus is on the page's heading afterwards.
        await page.Keyboard.PressAsync("Control+k");
        await page.Keyboard.TypeAsync("keys");
        await page.Locator("[data-found]").First.WaitForAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync($"**/t/{team}/p/shop/e/staging/apps/keys");
        await page.GetByRole(AriaRole.Heading, new() { Name = "keys", Level = 1 }).WaitForAsync();
        await Eventually.Async("focus on the heading", () => page.EvaluateAsync<string>("document.activeElement.tagName"), tag => tag == "H1");

        // Tabs by bracket, places by g and a letter, rows by j.
        await page.Keyboard.PressAsync("]");
        await page.WaitForURLAsync("**/keys/releases");
        // The address changes before the page does, and the next key goes by the tab shown.
        await page.Locator("a.pf-v6-c-tabs__link[aria-current=page]", new() { HasTextString = "Releases" }).WaitForAsync();
        await page.Keyboard.PressAsync("[");
        await page.WaitForURLAsync("**/apps/keys");
        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync("a");
        await page.WaitForURLAsync($"**/t/{team}/p/shop/e/staging/apps");
        await page.GetByRole(AriaRole.Link, new() { Name = "keys", Exact = true }).WaitForAsync();
        await page.Keyboard.PressAsync("j");
        Assert.Equal("keys", await FocusedAsync(page));
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync($"**/apps/keys");

        // A dialog gives focus back to what opened it.
        await page.GotoAsync(new Uri(portal.Console, $"/t/{team}/p/shop/e/staging/apps/keys/settings").ToString());
        await browser.LiveAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete app…" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("dialog[open]").WaitForAsync();
        await page.Keyboard.PressAsync("Escape");
        await Eventually.Async("focus back on the opener", () => FocusedAsync(page), text => text == "Delete app…");

        // Single keys can be switched off; the palette's chord stays.
        await page.Keyboard.PressAsync("?");
        await page.GetByLabel("Turn single-key shortcuts off").CheckAsync();
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("?");
        Assert.Equal(0, await page.Locator("dialog[open]").CountAsync());
        await page.Keyboard.PressAsync("Control+k");
        await page.Locator("#portal-palette[open]").WaitForAsync();
    }

    private static Task<string> FocusedAsync(IPage page) => page.EvaluateAsync<string>("document.activeElement.textContent.trim()");

    private static async Task SettledAsync(IPage page)
    {
        var last = "";
        await Eventually.Async("the page to settle", () => page.InnerTextAsync("main"), text =>
        {
            var settled = text == last && text.Length > 0;
            last = text;
            return settled;
        });
    }

    private static async Task<IReadOnlyList<string>> AxeAsync(IPage page)
    {
        // The console's content security policy lets no foreign script tag in; what the browser's driver evaluates is not the page's.
        if (!await page.EvaluateAsync<bool>("typeof axe === 'object'")) await page.EvaluateAsync(await File.ReadAllTextAsync(Repository.Path("tests/.tools/axe.min.js")));
        var found = await page.EvaluateAsync<JsonElement>("axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })");
        return
        [
            .. found.GetProperty("violations").EnumerateArray()
                .Where(violation => violation.GetProperty("impact").GetString() is "serious" or "critical")
                .SelectMany(violation => violation.GetProperty("nodes").EnumerateArray().Select(node => $"{violation.GetProperty("id").GetString()} at {node.GetProperty("html").GetString()}")),
        ];
    }
}
