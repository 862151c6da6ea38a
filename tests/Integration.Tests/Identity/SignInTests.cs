using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Portal.Identity.Tokens;
using Testing;
using Xunit;

namespace Integration.Tests.Identity;

[Collection(IdentityPostgres.Collection)]
public sealed class SignInTests(IdentityPostgres postgres)
{
    private readonly IdentityDatabase _database = postgres.Database;
    private readonly IdentityHost _host = postgres.Host;

    [Fact]
    public async Task A_person_signs_in_by_code_flow_with_PKCE_and_comes_back_to_the_page_asked_for()
    {
        using var browser = _host.NewBrowser();
        var form = await browser.FollowAsync("/");
        var authorize = Assert.Single(browser.Trail, uri => uri.AbsolutePath == "/connect/authorize");
        var query = QueryHelpers.ParseQuery(authorize.Query);
        Assert.Equal("code", query["response_type"]);
        Assert.Equal("S256", query["code_challenge_method"]);
        Assert.NotEmpty(query["code_challenge"].ToString());
        Assert.NotEmpty(query["state"].ToString());
        Assert.NotEmpty(query["nonce"].ToString());

        var page = await browser.FollowAsync(await browser.SubmitAsync(form, "/sign-in", ("email", "ADA@example.test"), ("password", IdentityHost.Password)));

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Equal("home of ada@example.test", await page.Content.ReadAsStringAsync());
        Assert.Contains(browser.Trail, uri => uri.AbsolutePath == "/signin-oidc");
    }

    [Fact]
    public async Task Sign_out_ends_the_session_everywhere_old_cookies_and_tokens_are_refused()
    {
        using var browser = _host.NewBrowser();
        await browser.SignInAsync("ada@example.test");
        var client = new OidcTestClient(_host, browser);
        var (access, refresh, _) = await OidcTestClient.TokensAsync(await client.RedeemAsync(await client.CodeAsync()));
        using var copy = browser.Copy(_host);
        Assert.Equal(HttpStatusCode.OK, (await copy.GetAsync("/")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await MeAsync(access)).StatusCode);

        var end = await browser.FollowAsync(await browser.SubmitAsync("/account/sign-out", "/account/sign-out"));

        Assert.Contains("Signed out", await end.Content.ReadAsStringAsync());
        Assert.Contains(browser.Trail, uri => uri.AbsolutePath == "/connect/logout");
        Assert.Contains(browser.Trail, uri => uri.AbsolutePath == "/signout-callback-oidc");
        var old = await copy.FollowAsync("/");
        Assert.Equal("/sign-in", old.RequestMessage!.RequestUri!.AbsolutePath);
        Assert.Equal(HttpStatusCode.Unauthorized, (await MeAsync(access)).StatusCode);
        Assert.Null(await _host.Services.GetRequiredService<IAccessTokenReader>().ReadAsync(access, CancellationToken.None));
        var refreshed = await client.RefreshAsync(refresh);
        Assert.Equal(HttpStatusCode.BadRequest, refreshed.StatusCode);
        Assert.Equal("invalid_grant", await OidcTestClient.ErrorAsync(refreshed));
    }

    [Fact]
    public async Task Signing_out_everywhere_ends_the_sessions_of_other_browsers()
    {
        using var laptop = _host.NewBrowser();
        using var phone = _host.NewBrowser();
        await laptop.SignInAsync("ada@example.test");
        await phone.SignInAsync("ada@example.test");

        await laptop.FollowAsync(await laptop.SubmitAsync("/account", "/account/sessions/end-all"));

        Assert.Equal("/sign-in", (await phone.FollowAsync("/")).RequestMessage!.RequestUri!.AbsolutePath);
        Assert.Equal("/sign-in", (await laptop.FollowAsync("/")).RequestMessage!.RequestUri!.AbsolutePath);
    }

    [Fact]
    public async Task A_changed_password_ends_the_other_sessions_and_keeps_this_one()
    {
        await _host.CreateUserAsync("grace@example.test");
        using var laptop = _host.NewBrowser();
        using var phone = _host.NewBrowser();
        await laptop.SignInAsync("grace@example.test");
        await phone.SignInAsync("grace@example.test");

        var wrong = await laptop.SubmitAsync("/account", "/account/password", ("current", "not the password"), ("password", "another long password"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
        var changed = await laptop.SubmitAsync("/account", "/account/password", ("current", IdentityHost.Password), ("password", "another long password"));

        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await laptop.GetAsync("/")).StatusCode);
        Assert.Equal("/sign-in", (await phone.FollowAsync("/")).RequestMessage!.RequestUri!.AbsolutePath);
        Assert.Equal("home of grace@example.test", await (await phone.SignInAsync("grace@example.test", "another long password")).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_session_of_another_account_cannot_be_ended_and_answers_like_a_missing_one()
    {
        using var ada = _host.NewBrowser();
        using var eve = _host.NewBrowser();
        await ada.SignInAsync("ada@example.test");
        await eve.SignInAsync("eve@example.test");
        var foreign = await _database.ReadAsync<Guid>(
            "SELECT s.id FROM identity.sessions s JOIN identity.accounts a ON a.id = s.account_id WHERE a.email = 'ada@example.test' AND s.revoked_at IS NULL ORDER BY s.created_at DESC LIMIT 1");

        var answers = new List<HttpStatusCode>();
        foreach (var id in new[] { foreign, Guid.NewGuid() })
            answers.Add((await eve.SubmitAsync("/account", "/account/sessions/end", ("id", id.ToString()))).StatusCode);

        Assert.Equal([HttpStatusCode.NotFound, HttpStatusCode.NotFound], answers);
        Assert.Equal(HttpStatusCode.OK, (await ada.GetAsync("/")).StatusCode);
    }

    [Fact]
    public async Task Without_PKCE_or_with_another_redirect_address_the_server_gives_no_code()
    {
        using var browser = _host.NewBrowser();
        await browser.SignInAsync("ada@example.test");
        var client = new OidcTestClient(_host, browser);

        var noPkce = await browser.GetAsync(client.AuthorizeUrl(pkce: false));
        Assert.DoesNotContain("code=", noPkce.Headers.Location?.Query ?? "");
        string[] foreign =
        [
            "http://127.0.0.1:9/callback/..", "http://127.0.0.1:9/callback?x=1", "http://127.0.0.1.evil.test:9/callback", "http://evil.test/callback",
            "https://127.0.0.1:9/callback", "http://127.0.0.1:9/Callback", "http://127.0.0.1:9/callback/", "//evil.test", "http://user@127.0.0.1:9/callback",
        ];
        foreach (var redirect in foreign)
        {
            var response = await browser.GetAsync(client.AuthorizeUrl(redirect));
            Assert.Null(response.Headers.Location);
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        }
    }

    [Fact]
    public async Task A_code_works_once_and_a_second_use_of_a_refresh_token_ends_its_family()
    {
        using var browser = _host.NewBrowser();
        await browser.SignInAsync("ada@example.test");
        var client = new OidcTestClient(_host, browser);
        var code = await client.CodeAsync();
        var (_, first, _) = await OidcTestClient.TokensAsync(await client.RedeemAsync(code));

        var (_, second, _) = await OidcTestClient.TokensAsync(await client.RefreshAsync(first));
        Assert.Equal("invalid_grant", await OidcTestClient.ErrorAsync(await client.RefreshAsync(first)));
        Assert.Equal("invalid_grant", await OidcTestClient.ErrorAsync(await client.RefreshAsync(second)));
        Assert.Equal("invalid_grant", await OidcTestClient.ErrorAsync(await client.RedeemAsync(code)));
    }

    [Fact]
    public async Task The_reader_knows_the_person_behind_an_access_token_and_refuses_an_identity_token()
    {
        using var browser = _host.NewBrowser();
        await browser.SignInAsync("ada@example.test");
        var client = new OidcTestClient(_host, browser);
        var (access, _, identity) = await OidcTestClient.TokensAsync(await client.RedeemAsync(await client.CodeAsync()));
        var reader = _host.Services.GetRequiredService<IAccessTokenReader>();

        var person = await reader.ReadAsync(access, CancellationToken.None);

        Assert.Equal("ada@example.test", person?.Email);
        Assert.NotNull(person!.SessionId);
        Assert.Null(person.ApiTokenId);
        Assert.Null(await reader.ReadAsync(identity, CancellationToken.None));
        Assert.Null(await reader.ReadAsync(access[..^4] + "AAAA", CancellationToken.None));
        Assert.Null(await reader.ReadAsync("nonsense", CancellationToken.None));
    }

    [Fact]
    public async Task Cookies_and_tokens_survive_a_restart_of_the_server()
    {
        var directory = Directory.CreateTempSubdirectory("identity-").FullName;
        var database = await IdentityDatabase.CreateAsync(postgres.Server);
        string access;
        CookieContainer cookies;
        var first = await IdentityHost.StartAsync(database, directory, "http://portal.localhost");
        await using (first)
        {
            await first.CreateUserAsync("ada@example.test");
            await OidcTestClient.RegisterAsync(first);
            using var browser = first.NewBrowser();
            Assert.Equal("home of ada@example.test", await (await browser.SignInAsync("ada@example.test")).Content.ReadAsStringAsync());
            var client = new OidcTestClient(first, browser);
            (access, _, _) = await OidcTestClient.TokensAsync(await client.RedeemAsync(await client.CodeAsync()));
            cookies = browser.Cookies;
        }

        await using var second = await IdentityHost.StartAsync(database, directory, "http://portal.localhost");
        using var again = new Browser(second, cookies);
        Assert.Equal(HttpStatusCode.OK, (await again.GetAsync("/")).StatusCode);
        Assert.Equal("ada@example.test", (await second.Services.GetRequiredService<IAccessTokenReader>().ReadAsync(access, CancellationToken.None))?.Email);
    }

    [Fact]
    public async Task Signing_in_again_is_asked_for_and_its_moment_is_the_providers_word_that_no_token_carries()
    {
        await _host.CreateUserAsync("again@example.test");
        using var browser = _host.NewBrowser();
        await browser.SignInAsync("again@example.test");
        await _database.ReadAsync<Guid>("UPDATE identity.sessions SET created_at = created_at - interval '1 hour' WHERE account_id = (SELECT id FROM identity.accounts WHERE email = 'again@example.test') RETURNING id");
        // Without the question the provider answers from the session it has, and says that it is old.
        await Eventually.Async("the old moment", async () => long.Parse(await (await browser.FollowAsync("/account/login?returnUrl=%2Fwhen")).Content.ReadAsStringAsync(), CultureInfo.InvariantCulture), at => at < Now() - 3000);
        var client = new OidcTestClient(_host, browser);
        var (access, _, _) = await OidcTestClient.TokensAsync(await client.RedeemAsync(await client.CodeAsync()));
        using var copy = browser.Copy(_host);

        var form = await browser.FollowAsync("/account/confirm?returnUrl=%2Fwhen");
        Assert.Equal("/sign-in", form.RequestMessage!.RequestUri!.AbsolutePath);
        Assert.Contains(browser.Trail, uri => uri.AbsolutePath == "/connect/authorize" && uri.Query.Contains("prompt=login", StringComparison.Ordinal) && uri.Query.Contains("max_age=0", StringComparison.Ordinal));
        var back = await browser.FollowAsync(await browser.SubmitAsync(form, "/sign-in", ("email", "again@example.test"), ("password", IdentityHost.Password)));

        Assert.Equal("/when", back.RequestMessage!.RequestUri!.AbsolutePath);
        Assert.InRange(long.Parse(await back.Content.ReadAsStringAsync(), CultureInfo.InvariantCulture), Now() - 60, Now() + 1);
        // The session of before ended with it, and what it gave out; a token never says when its person signed in.
        Assert.Equal("/sign-in", (await copy.FollowAsync("/")).RequestMessage!.RequestUri!.AbsolutePath);
        Assert.Equal(HttpStatusCode.Unauthorized, (await MeAsync(access)).StatusCode);
        var (newer, _, _) = await OidcTestClient.TokensAsync(await client.RedeemAsync(await client.CodeAsync()));
        using var rest = new HttpClient { BaseAddress = _host.Address };
        rest.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", newer);
        Assert.Equal("never", await rest.GetStringAsync("/api/v1/when"));
        Assert.DoesNotContain("//evil.test", (await browser.GetAsync("/account/confirm?returnUrl=%2F%2Fevil.test")).Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    private static long Now() => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    private async Task<HttpResponseMessage> MeAsync(string token)
    {
        using var client = new HttpClient { BaseAddress = _host.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await client.GetAsync("/api/v1/me");
    }
}
