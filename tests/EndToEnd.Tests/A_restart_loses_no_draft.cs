using Microsoft.Playwright;
using Testing;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>The server is replaced while somebody types: the page pauses, waits for the next boot and goes on with what was typed, without a reload.</summary>
public sealed class A_restart_loses_no_draft(PortalFixture portal)
{
    [Fact]
    public async Task What_was_typed_is_there_after_the_server_came_back_and_the_page_was_not_reloaded()
    {
        using var rest = portal.Rest(await portal.AdminTokenAsync());
        await new FirstApp(rest, "drafts").MakeRoomAsync();
        await using var browser = await Browser.OpenAsync();
        await browser.SignInAsync(portal);
        var page = browser.Page;
        await page.GotoAsync(new Uri(portal.Console, "/t/drafts/p/shop/e/staging/apps/new").ToString());
        await browser.LiveAsync();
        await page.GetByLabel("App name").FillAsync("drafted");
        await page.GetByLabel("Image").FillAsync("localhost/portal/hello:1");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add secret" }).ClickAsync();
        await page.GetByLabel("Secret 1 name").FillAsync("TYPED");
        await page.GetByLabel("Secret 1 value").FillAsync("canary-draft-secret");
        await page.GetByLabel("App name").FocusAsync();
        await page.EvaluateAsync("window.notReloaded = true");

        // As an upgrade does it: the process is told to stop, another one starts; apps keep running.
        await PortalInstance.RunAsync(Repository.Path("deploy/down"), ["--data", portal.Data]);
        await page.GetByText("The portal is being updated.").WaitForAsync();
        var up = await portal.UpAsync();
        Assert.True(up.ExitCode == 0, up.Output + up.Error);

        await Eventually.Async("the page to go on", () => page.EvaluateAsync<bool>("!document.body.classList.contains('portal-offline')"), live => live, TimeSpan.FromSeconds(60));
        Assert.True(await page.EvaluateAsync<bool>("window.notReloaded === true"), "the page was reloaded");
        Assert.Equal("drafted", await page.GetByLabel("App name").InputValueAsync());
        Assert.Equal("TYPED", await page.GetByLabel("Secret 1 name").InputValueAsync());

        // And the circuit behind it works: the plan is made of what was typed before the restart.
        await page.GetByRole(AriaRole.Button, new() { Name = "Review plan" }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "Plan" }).First.WaitForAsync();
        Assert.DoesNotContain("canary-draft-secret", await page.EvaluateAsync<string>("JSON.stringify(sessionStorage) + JSON.stringify(localStorage)"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_dies_without_a_word_leaves_the_draft_in_the_browser()
    {
        using var rest = portal.Rest(await portal.AdminTokenAsync());
        await new FirstApp(rest, "killed-drafts").MakeRoomAsync();
        await using var browser = await Browser.OpenAsync();
        await browser.SignInAsync(portal);
        var page = browser.Page;
        await page.GotoAsync(new Uri(portal.Console, "/t/killed-drafts/p/shop/e/staging/apps/new").ToString());
        await browser.LiveAsync();
        await page.GetByLabel("App name").FillAsync("drafted");
        await page.GetByLabel("Image").FillAsync("localhost/portal/hello:1");
        // Added by the circuit, filled in the browser; then the last field, which the focus never leaves.
        await page.GetByRole(AriaRole.Button, new() { Name = "Add secret" }).ClickAsync();
        await page.GetByLabel("Secret 1 name").FillAsync("TYPED");
        await page.GetByLabel("Secret 1 value").FillAsync("canary-killed-secret");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add variable" }).ClickAsync();
        await page.GetByLabel("Variable 1 name").FillAsync("GREETING");
        await page.GetByLabel("Variable 1 value").FillAsync("typed last");
        await Eventually.Async("the draft kept", () => page.EvaluateAsync<string>("JSON.stringify(sessionStorage)"), text => text.Contains("typed last", StringComparison.Ordinal));

        await portal.KillServerAsync();
        var up = await portal.UpAsync();
        Assert.True(up.ExitCode == 0, up.Output + up.Error);
        await page.ReloadAsync();
        await browser.LiveAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Go on with the draft" }).ClickAsync();

        await Eventually.Async("the draft in the form", () => page.GetByLabel("App name").InputValueAsync(), text => text == "drafted");
        Assert.Equal("TYPED", await page.GetByLabel("Secret 1 name").InputValueAsync());
        Assert.Equal("", await page.GetByLabel("Secret 1 value").InputValueAsync());
        Assert.Equal("typed last", await page.GetByLabel("Variable 1 value").InputValueAsync());
        Assert.DoesNotContain("canary-killed-secret", await page.EvaluateAsync<string>("JSON.stringify(sessionStorage) + JSON.stringify(localStorage)"), StringComparison.Ordinal);
        await browser.ScreenshotAsync("draft-after-kill");
    }
}
