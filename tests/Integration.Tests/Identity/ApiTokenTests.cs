using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Portal.Identity;
using Portal.Identity.Tokens;
using Xunit;

namespace Integration.Tests.Identity;

[Collection(IdentityPostgres.Collection)]
public sealed class ApiTokenTests(IdentityPostgres postgres)
{
    private readonly IdentityDatabase _database = postgres.Database;
    private readonly IdentityHost _host = postgres.Host;

    [Fact]
    public async Task A_token_acts_for_its_owner_until_it_is_revoked_and_is_stored_as_a_hash()
    {
        var owner = await _host.CreateUserAsync("owner@example.test", platformAdmin: true);
        var other = await _host.CreateUserAsync("other@example.test");
        var services = _host.Services;
        var created = (await services.GetRequiredService<CreateApiToken>().ExecuteAsync(owner.Id, "laptop", null, CancellationToken.None)).Value!;
        Assert.Matches("^ptl_[A-Za-z0-9_-]{43}$", created.Token);

        var me = await MeAsync(created.Token);
        Assert.Equal(owner.Id.ToString(), await me.Content.ReadAsStringAsync());
        var identity = await services.GetRequiredService<IAccessTokenReader>().ReadAsync(created.Token, CancellationToken.None);
        Assert.Equal(created.Summary.Id, identity!.ApiTokenId);
        Assert.Equal([PlatformRoleNames.PlatformAdmin], identity.PlatformRoles);
        var listed = Assert.Single(await services.GetRequiredService<ListApiTokens>().ExecuteAsync(owner.Id, CancellationToken.None));
        Assert.NotNull(listed.LastUsedAt);
        Assert.Equal(0L, await _database.ReadAsync<long>($"SELECT count(*) FROM identity.api_tokens t WHERE t::text LIKE '%{created.Token[16..]}%'"));

        var revoke = services.GetRequiredService<RevokeApiToken>();
        Assert.False(await revoke.ExecuteAsync(other.Id, created.Summary.Id, CancellationToken.None));
        Assert.Equal(HttpStatusCode.OK, (await MeAsync(created.Token)).StatusCode);
        Assert.True(await revoke.ExecuteAsync(owner.Id, created.Summary.Id, CancellationToken.None));
        var refused = await MeAsync(created.Token);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Contains("invalid_token", refused.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task Altered_expired_and_orphaned_tokens_are_refused()
    {
        var owner = await _host.CreateUserAsync("leaver@example.test");
        var create = _host.Services.GetRequiredService<CreateApiToken>();
        var token = (await create.ExecuteAsync(owner.Id, "laptop", null, CancellationToken.None)).Value!.Token;
        var shortLived = (await create.ExecuteAsync(owner.Id, "short", TimeSpan.FromMilliseconds(1), CancellationToken.None)).Value!.Token;
        Assert.Equal("lifetime", Assert.Single((await create.ExecuteAsync(owner.Id, "x", TimeSpan.FromDays(4000), CancellationToken.None)).Faults).Field);
        Assert.Equal("name", Assert.Single((await create.ExecuteAsync(owner.Id, " ", null, CancellationToken.None)).Faults).Field);
        Assert.Equal("user", Assert.Single((await create.ExecuteAsync(Guid.NewGuid(), "x", null, CancellationToken.None)).Faults).Field);

        string[] forged = [token[..^1] + (token[^1] == 'A' ? 'B' : 'A'), token + "A", token[..^1], "ptl_", "ptl_" + new string('A', 43), token.ToUpperInvariant(), shortLived];
        foreach (var value in forged)
            Assert.Equal(HttpStatusCode.Unauthorized, (await MeAsync(value)).StatusCode);

        await _database.ReadAsync<int>("UPDATE identity.accounts SET disabled_at = now() WHERE email = 'leaver@example.test' RETURNING 1");
        Assert.Equal(HttpStatusCode.Unauthorized, (await MeAsync(token)).StatusCode);
    }

    [Fact]
    public async Task The_profile_creates_shows_once_and_revokes_a_token()
    {
        await _host.CreateUserAsync("profile@example.test");
        using var browser = _host.NewBrowser();
        await browser.SignInAsync("profile@example.test");

        var page = await (await browser.SubmitAsync("/account", "/account/tokens", ("name", "<b>ci</b>"))).Content.ReadAsStringAsync();
        var token = Regex.Match(page, "ptl_[A-Za-z0-9_-]{43}").Value;
        Assert.Equal(HttpStatusCode.OK, (await MeAsync(token)).StatusCode);
        Assert.DoesNotContain("<b>ci</b>", page);
        Assert.DoesNotContain(token, await (await browser.GetAsync("/account")).Content.ReadAsStringAsync());

        var id = await _database.ReadAsync<Guid>("SELECT id FROM identity.api_tokens WHERE name = '<b>ci</b>'");
        await browser.SubmitAsync("/account", "/account/tokens/revoke", ("id", id.ToString()));
        Assert.Equal(HttpStatusCode.Unauthorized, (await MeAsync(token)).StatusCode);
    }

    private async Task<HttpResponseMessage> MeAsync(string token)
    {
        using var client = new HttpClient { BaseAddress = _host.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await client.GetAsync("/api/v1/me");
    }
}
