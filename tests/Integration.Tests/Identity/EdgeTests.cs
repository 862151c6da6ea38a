using System.Net;
using Xunit;

namespace Integration.Tests.Identity;

[Collection(IdentityPostgres.Collection)]
public sealed class EdgeTests(IdentityPostgres postgres)
{
    private readonly IdentityHost _host = postgres.Host;

    [Theory]
    [InlineData("https://evil.test")]
    [InlineData("http://localhost:1")]
    [InlineData("http://localhost.evil.test")]
    [InlineData("null")]
    [InlineData("http://app.apps.localhost:8080")]
    public async Task A_changing_request_or_a_circuit_from_a_foreign_origin_is_refused(string origin)
    {
        using var browser = _host.NewBrowser();
        await browser.SignInAsync("ada@example.test");
        foreach (var (method, path) in new[] { ("POST", "/api/v1/me"), ("POST", "/_blazor/negotiate"), ("POST", "/account/sign-out"), ("POST", "/sign-in"), ("GET", "/_blazor") })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            request.Headers.Add("Origin", origin);
            Assert.Equal(HttpStatusCode.Forbidden, (await browser.SendAsync(request)).StatusCode);
        }
    }

    [Fact]
    public async Task The_cookie_carries_a_changing_REST_request_only_from_our_own_origin()
    {
        using var browser = _host.NewBrowser();
        await browser.SignInAsync("ada@example.test");

        using var own = new HttpRequestMessage(HttpMethod.Post, "/api/v1/me");
        own.Headers.Add("Origin", _host.PublicUrl.GetLeftPart(UriPartial.Authority));
        Assert.Equal(HttpStatusCode.OK, (await browser.SendAsync(own)).StatusCode);
        using var silent = new HttpRequestMessage(HttpMethod.Post, "/api/v1/me");
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.SendAsync(silent)).StatusCode);
        using var sameSite = new HttpRequestMessage(HttpMethod.Post, "/api/v1/me");
        sameSite.Headers.Add("Sec-Fetch-Site", "same-site");
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.SendAsync(sameSite)).StatusCode);
    }

    [Fact]
    public async Task REST_answers_401_and_never_redirects()
    {
        using var browser = _host.NewBrowser();
        var response = await browser.GetAsync("/api/v1/me");
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task Forms_without_their_token_are_refused()
    {
        using var browser = _host.NewBrowser();
        await browser.SignInAsync("ada@example.test");
        string[] paths = ["/sign-in", "/setup", "/account/sign-out", "/account/password", "/account/sessions/end", "/account/sessions/end-all", "/account/tokens", "/account/tokens/revoke"];
        foreach (var path in paths)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent([new("email", "x"), new("name", "x")]) };
            request.Headers.Add("Origin", _host.PublicUrl.GetLeftPart(UriPartial.Authority));
            Assert.Equal(HttpStatusCode.BadRequest, (await browser.SendAsync(request)).StatusCode);
        }

        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/")).StatusCode);
    }

    [Fact]
    public async Task Every_answer_has_the_security_headers_and_a_nonce_of_its_own()
    {
        using var browser = _host.NewBrowser();
        await browser.SignInAsync("ada@example.test");
        var nonces = new HashSet<string>();
        foreach (var path in new[] { "/", "/sign-in", "/signed-out", "/account", "/missing", "/setup", "/.well-known/openid-configuration" })
        {
            var response = await browser.GetAsync(path);
            var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
            Assert.Contains("frame-ancestors 'none'", policy);
            Assert.Contains("object-src 'none'", policy);
            var script = Assert.Single(policy.Split(';', StringSplitOptions.TrimEntries), part => part.StartsWith("script-src", StringComparison.Ordinal));
            Assert.DoesNotContain("unsafe", script);
            Assert.True(nonces.Add(script));
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal("same-origin", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
        }

        Assert.True((await browser.GetAsync("/account")).Headers.CacheControl!.NoStore);
        Assert.True((await browser.GetAsync("/api/v1/me")).Headers.CacheControl!.NoStore);
    }

    [Fact]
    public async Task Cookies_are_HttpOnly_and_Lax_and_named_after_the_port()
    {
        using var browser = _host.NewBrowser();
        await browser.SignInAsync("ada@example.test");
        foreach (Cookie cookie in browser.Cookies.GetAllCookies())
            Assert.True(cookie.HttpOnly, cookie.Name);
        var names = browser.Cookies.GetAllCookies().Select(cookie => cookie.Name).ToList();
        foreach (var name in new[] { "portal", "portal-server", "portal-device", "portal-csrf" })
            Assert.Contains($"{name}-{_host.PublicUrl.Port}", names);

        var response = await browser.GetAsync("/account/login");
        foreach (var cookie in response.Headers.GetValues("Set-Cookie"))
            Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Behind_https_cookies_have_the_host_prefix_and_are_secure_and_the_console_still_reaches_its_own_issuer()
    {
        var database = await IdentityDatabase.CreateAsync(postgres.Server);
        await using var host = await IdentityHost.StartAsync(database, publicUrl: "https://portal.example.test");
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = host.Address };

        using var request = new HttpRequestMessage(HttpMethod.Get, "/sign-in");
        var csrf = Assert.Single((await client.SendAsync(request)).Headers.GetValues("Set-Cookie"));
        Assert.StartsWith("__Host-portal-csrf=", csrf);
        Assert.Contains("; secure", csrf, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("; httponly", csrf, StringComparison.OrdinalIgnoreCase);

        // The challenge needs the issuer's metadata, so a redirect to it proves the back channel.
        using var login = new HttpRequestMessage(HttpMethod.Get, "/account/login");
        login.Headers.Host = "portal.example.test";
        var challenge = await client.SendAsync(login);
        Assert.StartsWith("https://portal.example.test/connect/authorize?", challenge.Headers.Location!.ToString());
        Assert.Contains("redirect_uri=https%3A%2F%2Fportal.example.test%2Fsignin-oidc", challenge.Headers.Location!.Query);
        Assert.All(challenge.Headers.GetValues("Set-Cookie"), cookie => Assert.Contains("; secure", cookie, StringComparison.OrdinalIgnoreCase));
        Assert.Equal("max-age=31536000; includeSubDomains", Assert.Single(challenge.Headers.GetValues("Strict-Transport-Security")));
    }

    [Fact]
    public async Task A_forged_host_reaches_neither_the_issuer_nor_a_link()
    {
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = _host.Address };
        foreach (var path in new[] { "/.well-known/openid-configuration", "/account/login", "/sign-in", "/setup", "/connect/authorize" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Host = "evil.test";
            request.Headers.Add("X-Forwarded-Host", "evil.test");
            request.Headers.Add("X-Forwarded-Proto", "https");
            var response = await client.SendAsync(request);
            Assert.DoesNotContain("evil.test", await response.Content.ReadAsStringAsync());
            Assert.DoesNotContain("evil.test", response.Headers.Location?.ToString() ?? "");
        }
    }

    [Fact]
    public async Task After_signing_in_only_local_addresses_are_returned_to()
    {
        using var browser = _host.NewBrowser();
        var page = await browser.GetAsync("/sign-in");
        foreach (var target in new[] { "https://evil.test", "//evil.test", "/\\evil.test", "\\\\evil.test", "javascript:alert(1)", "/\t/evil.test", "", "evil.test", "http:evil.test" })
        {
            var response = await browser.SubmitAsync(page, "/sign-in", ("email", "ada@example.test"), ("password", IdentityHost.Password), ("returnUrl", target));
            Assert.Equal("/", response.Headers.Location?.OriginalString);
        }

        var local = await browser.SubmitAsync(page, "/sign-in", ("email", "ada@example.test"), ("password", IdentityHost.Password), ("returnUrl", "/teams/acme?x=1"));
        Assert.Equal("/teams/acme?x=1", local.Headers.Location?.OriginalString);
    }
}
