using EndToEnd.Tests;
using Microsoft.Playwright;
using Testing;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(PortalFixture))]

// One instance serves all tests and some of them kill its server: they take turns.
[assembly: Parallelization(Mode = ParallelMode.None)]

namespace EndToEnd.Tests;

/// <summary>The instance that all tests of this assembly share, set up as a person does it: with the printed link, in the browser.</summary>
public sealed class PortalFixture : PortalInstance, IAsyncLifetime
{
    public async ValueTask InitializeAsync()
    {
        await StartAsync();
        var code = (await File.ReadAllTextAsync(Path.Combine(Data, "setup-code"))).Trim();
        var link = new Uri(Console, "/setup?code=" + code);
        if (!FirstOutput.Contains(link.ToString(), StringComparison.Ordinal))
            throw new InvalidOperationException($"deploy/up did not print the set-up link {link}:\n{FirstOutput}");

        await using var browser = await Browser.OpenAsync();
        var page = browser.Page;
        try
        {
            await page.GotoAsync(link.ToString());
            await browser.ScreenshotAsync("setup");
            await page.GetByLabel("E-mail address").FillAsync(AdminEmail);
            await page.GetByLabel("Password", new() { Exact = true }).Or(page.Locator("input[type=password]")).First.FillAsync(AdminPassword);
            foreach (var field in await page.Locator("input[type=password]").AllAsync())
                await field.FillAsync(AdminPassword);
            await page.GetByRole(AriaRole.Button, new() { Name = "Create administrator" }).ClickAsync();
            await browser.LiveAsync();
        }
        catch (Exception exception) when (exception is PlaywrightException or TimeoutException)
        {
            throw new InvalidOperationException($"{exception.Message}\nat {page.Url}, the page reads:\n{await page.InnerTextAsync("body")}", exception);
        }

        using var http = new HttpClient();
        using var again = await http.GetAsync(link);
        if (again.StatusCode != System.Net.HttpStatusCode.NotFound)
            throw new InvalidOperationException($"The used set-up link answers {(int)again.StatusCode}, not 404.");
    }
}
