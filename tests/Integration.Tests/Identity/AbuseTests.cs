using System.Net;
using Xunit;

namespace Integration.Tests.Identity;

[Collection(IdentityPostgres.Collection)]
public sealed class AbuseTests(IdentityPostgres postgres) : IAsyncLifetime
{
    private IdentityHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await IdentityHost.StartAsync(await IdentityDatabase.CreateAsync(postgres.Server));
        await _host.CreateUserAsync("ada@example.test");
    }

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Unknown_address_and_wrong_password_are_answered_alike()
    {
        using var browser = _host.NewBrowser();
        var page = await browser.GetAsync("/sign-in");
        var known = await SignInAsync(browser, page, "ada@example.test", "wrong wrong wrong");
        var unknown = await SignInAsync(browser, page, "xxx@example.test", "wrong wrong wrong");

        Assert.Equal(HttpStatusCode.Unauthorized, known.Status);
        Assert.Equal(known.Status, unknown.Status);
        Assert.Equal(known.Body, unknown.Body.Replace("xxx@", "ada@", StringComparison.Ordinal));
    }

    [Fact]
    public async Task After_five_wrong_guesses_the_right_password_is_refused_too_but_not_in_a_browser_that_knows_the_account()
    {
        using var owner = _host.NewBrowser();
        await owner.SignInAsync("ada@example.test");
        await owner.FollowAsync(await owner.SubmitAsync("/account/sign-out", "/account/sign-out"));
        using var attacker = _host.NewBrowser();
        var page = await attacker.GetAsync("/sign-in");
        for (var i = 0; i < 5; i++)
            Assert.Equal(HttpStatusCode.Unauthorized, (await SignInAsync(attacker, page, "ada@example.test", $"guess number {i}", $"203.0.113.{i}")).Status);

        Assert.Equal(HttpStatusCode.Unauthorized, (await SignInAsync(attacker, page, "ada@example.test", IdentityHost.Password)).Status);
        Assert.Equal("home of ada@example.test", await (await owner.SignInAsync("ada@example.test")).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_device_cookie_of_one_account_is_worth_nothing_for_another()
    {
        await _host.CreateUserAsync("eve@example.test");
        using var eve = _host.NewBrowser();
        await eve.SignInAsync("eve@example.test");
        var page = await eve.GetAsync("/sign-in");
        for (var i = 0; i < 5; i++)
            await SignInAsync(eve, page, "ada@example.test", $"guess number {i}");

        Assert.Equal(HttpStatusCode.Unauthorized, (await SignInAsync(eve, page, "ada@example.test", IdentityHost.Password)).Status);
    }

    private static async Task<(HttpStatusCode Status, string Body)> SignInAsync(
        Browser browser, HttpResponseMessage page, string email, string password, string? forwardedFor = null)
    {
        using var response = forwardedFor is null
            ? await browser.SubmitAsync(page, "/sign-in", ("email", email), ("password", password))
            : await ForgedAsync(browser, page, email, password, forwardedFor);
        var body = await response.Content.ReadAsStringAsync();
        // The antiforgery token is new in every answer.
        return (response.StatusCode, System.Text.RegularExpressions.Regex.Replace(body, "CfDJ8[A-Za-z0-9_-]+", "token"));
    }

    private static async Task<HttpResponseMessage> ForgedAsync(Browser browser, HttpResponseMessage page, string email, string password, string forwardedFor)
    {
        var html = await page.Content.ReadAsStringAsync();
        var token = System.Text.RegularExpressions.Regex.Match(html, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/sign-in")
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["__RequestVerificationToken"] = token,
                ["email"] = email,
                ["password"] = password,
            }),
        };
        request.Headers.Add("X-Forwarded-For", forwardedFor);
        return await browser.SendAsync(request);
    }
}
