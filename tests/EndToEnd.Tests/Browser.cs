using Microsoft.Playwright;
using Testing;

namespace EndToEnd.Tests;

/// <summary>Debian's Chromium under Playwright; every page's console errors are collected so that a test can insist on none.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Browser(IPlaywright playwright, IBrowser browser, IPage page)
    {
        _playwright = playwright;
        _browser = browser;
        Page = page;
    }

    /// <summary>The one page of the test.</summary>
    public IPage Page { get; }

    /// <summary>Opens an empty page, 1280 x 800.</summary>
    public static async Task<Browser> OpenAsync()
    {
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            Headless = true,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        var context = await browser.NewContextAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1280, Height = 800 } });
        context.SetDefaultTimeout(30_000);
        return new Browser(playwright, browser, await context.NewPageAsync());
    }

    /// <summary>Signs in, as the platform administrator when nobody else is named, and waits for the live console.</summary>
    public async Task SignInAsync(PortalFixture portal, string email = PortalInstance.AdminEmail, string password = PortalInstance.AdminPassword)
    {
        await Page.GotoAsync(portal.Console.ToString());
        await Page.GetByLabel("E-mail address").FillAsync(email);
        await Page.GetByLabel("Password").FillAsync(password);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await LiveAsync();
    }

    /// <summary>Waits until the circuit is up: clicks before that are lost.</summary>
    public Task LiveAsync() => Page.GetByText("Live", new() { Exact = true }).First.WaitForAsync();

    /// <summary>Keeps a screenshot as a test artefact.</summary>
    public async Task ScreenshotAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("PORTAL_RESULTS") is { Length: > 0 } results)
            await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(results, "screenshots", name + ".png") });
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.CloseAsync();
        _playwright.Dispose();
    }
}
