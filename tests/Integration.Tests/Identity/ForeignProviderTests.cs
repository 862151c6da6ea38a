using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Abstractions;
using Portal.Web.Account;
using Xunit;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Integration.Tests.Identity;

[Collection(IdentityPostgres.Collection)]
public sealed class ForeignProviderTests(IdentityPostgres postgres)
{
    [Fact]
    public async Task Another_provider_replaces_the_embedded_one_by_three_settings()
    {
        // A second portal plays the other provider, with a confidential client.
        var provider = postgres.Host;
        await using var portal = await IdentityHost.StartAsync(await IdentityDatabase.CreateAsync(postgres.Server), configure: options =>
        {
            options.Authority = provider.PublicUrl;
            options.ClientId = "other-portal";
            options.ClientSecret = "a secret that both sides know";
        });
        await RegisterAsync(provider, portal);
        using var browser = portal.NewBrowser();

        var form = await browser.FollowAsync("/");
        Assert.Equal(provider.PublicUrl.Port, form.RequestMessage!.RequestUri!.Port);
        var home = await browser.FollowAsync(await browser.SubmitAsync(
            form, new Uri(provider.PublicUrl, "/sign-in").ToString(), ("email", "eve@example.test"), ("password", IdentityHost.Password)));

        Assert.Equal("home of eve@example.test", await home.Content.ReadAsStringAsync());
        using var copy = browser.Copy(portal);
        Assert.Equal(HttpStatusCode.OK, (await copy.GetAsync("/")).StatusCode);
        await browser.FollowAsync(await browser.SubmitAsync("/account/sign-out", "/account/sign-out"));
        Assert.Contains(browser.Trail, uri => uri.AbsolutePath == "/connect/logout" && uri.Port == provider.PublicUrl.Port);
        Assert.Equal(provider.PublicUrl.Port, (await copy.FollowAsync("/")).RequestMessage!.RequestUri!.Port);
    }

    [Theory]
    [InlineData("http://[::]:5080", "http://127.0.0.1:5080/")]
    [InlineData("http://0.0.0.0:5080", "http://127.0.0.1:5080/")]
    [InlineData("http://*:5080", "http://127.0.0.1:5080/")]
    [InlineData("http://+:5080", "http://127.0.0.1:5080/")]
    [InlineData("http://localhost:5080", "http://localhost:5080/")]
    [InlineData("http://[::1]:5080", "http://[::1]:5080/")]
    [InlineData("http://10.1.2.3:5080", "http://10.1.2.3:5080/")]
    [InlineData("https://localhost:5443", null)]
    [InlineData("http://unix:/run/portal.sock", null)]
    public void The_console_finds_its_own_server_wherever_it_listens(string listens, string? reached) =>
        Assert.Equal(reached, SelfBackchannel.Reachable(listens)?.ToString());

    private static async Task RegisterAsync(IdentityHost provider, IdentityHost portal)
    {
        await using var scope = provider.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>().CreateAsync(new OpenIddictApplicationDescriptor
        {
            ClientId = "other-portal",
            ClientSecret = "a secret that both sides know",
            ClientType = ClientTypes.Confidential,
            ConsentType = ConsentTypes.Implicit,
            RedirectUris = { new Uri(portal.PublicUrl, "/signin-oidc") },
            PostLogoutRedirectUris = { new Uri(portal.PublicUrl, "/signout-callback-oidc") },
            Permissions =
            {
                Permissions.Endpoints.Authorization, Permissions.Endpoints.Token, Permissions.Endpoints.EndSession,
                Permissions.GrantTypes.AuthorizationCode, Permissions.ResponseTypes.Code, Permissions.Scopes.Email, Permissions.Scopes.Profile,
            },
        });
    }
}
