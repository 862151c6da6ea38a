using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Testing;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>A person sees a secret after signing in again, and after that nobody and nothing has it: not the page, not the browser's stores, not a token.</summary>
public sealed class A_secret_is_shown_once_more(PortalFixture portal)
{
    private const string Value = "canary-shown-7731";

    [Fact]
    public async Task After_a_fresh_sign_in_with_a_reason_and_it_is_gone_when_the_dialog_closes()
    {
        var token = await portal.AdminTokenAsync();
        using var rest = portal.Rest(token);
        var app = new FirstApp(rest, "reveals", "keeper");
        await app.MakeRoomAsync();
        await app.DeclareAsync("keeper.example.com", 1, "tiny");
        using (var set = await rest.PutAsJsonAsync(app.Url + "/secrets/API_KEY", new JsonObject { ["value"] = Value })) Assert.True(set.IsSuccessStatusCode);
        using (var refused = await rest.PostAsJsonAsync(app.Url + "/secrets/API_KEY/reveal", new JsonObject { ["reason"] = "a look" })) Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);

        await using var browser = await Browser.OpenAsync();
        var page = browser.Page;
        await browser.SignInAsync(portal);
        await page.GotoAsync(new Uri(portal.Console, "/account/confirm?returnUrl=%2Ft%2Freveals%2Fp%2Fshop%2Fe%2Fstaging%2Fapps%2Fkeeper%2Fconfig%3Freveal%3DAPI_KEY").ToString());
        await page.GetByLabel("E-mail address").FillAsync(PortalInstance.AdminEmail);
        await page.GetByLabel("Password").FillAsync(PortalInstance.AdminPassword);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await browser.LiveAsync();

        // Back where it was asked for, with the dialog open.
        await page.GetByRole(AriaRole.Heading, new() { Name = "Reveal API_KEY" }).WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Show the value" }).ClickAsync();
        await page.GetByText("Say in 3 to 200 characters why").WaitForAsync();
        await page.GetByLabel("Reason").FillAsync("the provider asks for it");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show the value" }).ClickAsync();
        await page.GetByText(Value).WaitForAsync();
        await browser.ScreenshotAsync("secret-shown");
        await page.Keyboard.PressAsync("Escape");
        await Eventually.Async("the value gone", () => page.ContentAsync(), html => !html.Contains(Value, StringComparison.Ordinal));
        Assert.DoesNotContain(Value, await page.EvaluateAsync<string>("JSON.stringify(sessionStorage) + JSON.stringify(localStorage)"), StringComparison.Ordinal);

        var audit = await rest.GetStringAsync(new Uri("/api/v1/teams/reveals/audit", UriKind.Relative));
        Assert.Contains("API_KEY: the provider asks for it", audit, StringComparison.Ordinal);
        Assert.DoesNotContain(Value, audit, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateFiles(Path.Combine(portal.Data, "log"), "*", SearchOption.AllDirectories), file => Text(file).Contains(Value, StringComparison.Ordinal));
        await app.DeleteAsync();
    }

    // A log that is being written.
    private static string Text(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
