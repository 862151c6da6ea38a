using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Testing;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>The journey of a first app in Debian's Chromium: sign in, declare, watch, read logs, open, scale, change, roll back, delete, sign out.</summary>
public sealed class A_first_app_in_the_browser(PortalFixture portal)
{
    private const string Host = "hello.example.com";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task From_sign_in_to_a_deleted_app()
    {
        await using var browser = await Browser.OpenAsync();
        var page = browser.Page;
        try
        {
            await JourneyAsync(browser, page);
        }
        catch (Exception exception) when (exception is PlaywrightException or TimeoutException)
        {
            await browser.ScreenshotAsync("failed-journey");
            throw new InvalidOperationException($"{exception.Message}\nat {page.Url}, the page reads:\n{await page.InnerTextAsync("body")}", exception);
        }
    }

    private async Task JourneyAsync(Browser browser, IPage page)
    {
        Assert.False(File.Exists(Path.Combine(portal.Data, "setup-code")), "the set-up code is gone once used");
        await browser.SignInAsync(portal);

        await page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("Create (your first )?team") }).First.ClickAsync();
        await page.GetByLabel("Team name").FillAsync("journey");
        await Dialog(page, "Create team");
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("Create (the first )?project") }).First.ClickAsync();
        await page.GetByLabel("Project name").FillAsync("shop");
        await Dialog(page, "Create project");
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("Create (the first )?environment") }).First.ClickAsync();
        await page.GetByLabel("Environment name").FillAsync("staging");
        await Dialog(page, "Create environment");

        await page.GetByRole(AriaRole.Link, new() { NameRegex = new Regex("Declare (the first|an) app") }).First.ClickAsync();
        await page.GetByLabel("App name").FillAsync("hello");
        await page.GetByLabel("Image").FillAsync("localhost/portal/hello:1");
        await page.GetByLabel(new Regex("^Port\\W*$")).FillAsync("8080");
        await page.GetByLabel(new Regex("^Instances\\W*$")).FillAsync("1");
        await page.GetByLabel("Health path").FillAsync("/");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add variable" }).ClickAsync();
        await page.GetByLabel("Variable 1 name").FillAsync("GREETING");
        await page.GetByLabel("Variable 1 value").FillAsync("hello");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add secret" }).ClickAsync();
        await page.GetByLabel("Secret 1 name").FillAsync("API_KEY");
        await page.GetByLabel("Secret 1 value").FillAsync("canary-4711-secret");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add domain" }).ClickAsync();
        await page.GetByLabel("Domain 1").FillAsync(Host);
        await browser.ScreenshotAsync("declare");
        await page.GetByRole(AriaRole.Tab, new() { Name = "YAML" }).Or(page.GetByRole(AriaRole.Button, new() { Name = "YAML" })).First.ClickAsync();
        var yaml = await page.GetByLabel("Declaration as YAML").InputValueAsync();
        Assert.Contains("localhost/portal/hello:1", yaml, StringComparison.Ordinal);
        Assert.DoesNotContain("canary-4711", yaml, StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Button, new() { Name = "Review plan" }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "Plan" }).First.WaitForAsync();
        Assert.DoesNotContain("canary-4711", await page.InnerTextAsync("body"), StringComparison.Ordinal);
        await browser.ScreenshotAsync("plan");
        await page.GetByRole(AriaRole.Button, new() { Name = "Deploy", Exact = true }).ClickAsync();

        await page.GetByRole(AriaRole.Heading, new() { Name = "hello", Level = 1 }).WaitForAsync();
        await page.GetByText("Healthy", new() { Exact = true }).First.WaitForAsync(new() { Timeout = 60_000 });
        await browser.ScreenshotAsync("overview");

        await Eventually.Async("the app at its domain", () => portal.AskAsync(Host), answer => answer.Status == HttpStatusCode.OK && answer.Body.StartsWith("hello from", StringComparison.Ordinal), Patience);
        var own = await portal.AskAsync("hello-staging-shop.apps.localhost");
        Assert.Equal(HttpStatusCode.OK, own.Status);

        await Tab(page, "Logs");
        await page.GetByText("listening on port 8080").First.WaitForAsync();
        await browser.ScreenshotAsync("logs");

        await Tab(page, "Settings");
        await page.GetByLabel("Instances of web").FillAsync("3");
        await page.GetByRole(AriaRole.Button, new() { Name = "Scale web" }).ClickAsync();
        await Tab(page, "Instances");
        await Eventually.Async("three Ready instances on the page", () => page.GetByRole(AriaRole.Table, new() { Name = "Instances" }).GetByText("Ready", new() { Exact = true }).CountAsync(), count => count == 3, Patience);
        await browser.ScreenshotAsync("instances");
        await Tab(page, "Settings");
        await page.GetByLabel("Instances of web").FillAsync("1");
        await page.GetByRole(AriaRole.Button, new() { Name = "Scale web" }).ClickAsync();
        await Tab(page, "Instances");
        await Eventually.Async("one instance on the page", () => page.GetByRole(AriaRole.Table, new() { Name = "Instances" }).GetByText("Ready", new() { Exact = true }).CountAsync(), count => count == 1, Patience);

        await Tab(page, "Config");
        await page.GetByRole(AriaRole.Button, new() { Name = "Edit GREETING" }).ClickAsync();
        await page.GetByLabel("Value of GREETING").FillAsync("good day");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Eventually.Async("the changed variable in the answer", () => portal.AskAsync(Host), answer => answer.Body.StartsWith("good day from", StringComparison.Ordinal), Patience);

        await Tab(page, "Releases");
        await page.GetByRole(AriaRole.Button, new() { Name = "Roll back to release 1" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Roll back now" }).ClickAsync();
        await Eventually.Async("the first release's answer", () => portal.AskAsync(Host), answer => answer.Body.StartsWith("hello from", StringComparison.Ordinal), Patience);
        await browser.ScreenshotAsync("releases");

        await Tab(page, "Settings");
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^Delete app") }).First.ClickAsync();
        await page.GetByLabel("Type hello to confirm").FillAsync("hello");
        await Dialog(page, "Delete app");
        await Eventually.Async("nothing at the domain", () => portal.AskAsync(Host), answer => answer.Status == HttpStatusCode.NotFound, Patience);

        var cookies = await page.Context.CookiesAsync();
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^Account: ") }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Sign out" }).ClickAsync();
        await page.WaitForURLAsync(url => !url.Contains("/t/", StringComparison.Ordinal));

        // The session ended everywhere: the old cookies open nothing any more.
        using var old = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false });
        old.DefaultRequestHeaders.Add("Cookie", string.Join("; ", cookies.Select(cookie => $"{cookie.Name}={cookie.Value}")));
        await Eventually.Async("the old session refused", () => old.GetAsync(new Uri(portal.Console, "/api/v1/teams")), response => response.StatusCode == HttpStatusCode.Unauthorized, Patience);
    }

    private static Task Dialog(IPage page, string button) =>
        page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = button }).ClickAsync();

    private static Task Tab(IPage page, string name) => page.GetByRole(AriaRole.Link, new() { NameRegex = new Regex($"^{name}") }).Last.ClickAsync();
}
