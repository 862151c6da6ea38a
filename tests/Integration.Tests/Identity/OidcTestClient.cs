using System.Buffers.Text;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Abstractions;
using Xunit;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Integration.Tests.Identity;

/// <summary>A trusted native client with refresh tokens, played by hand.</summary>
internal sealed class OidcTestClient(IdentityHost host, Browser browser)
{
    public const string Id = "test-cli";
    public const string RedirectUri = "http://127.0.0.1:9/callback";
    private readonly string _verifier = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static async Task RegisterAsync(IdentityHost host)
    {
        await using var scope = host.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>().CreateAsync(new OpenIddictApplicationDescriptor
        {
            ClientId = Id,
            ClientType = ClientTypes.Public,
            ConsentType = ConsentTypes.Implicit,
            RedirectUris = { new Uri(RedirectUri) },
            Permissions =
            {
                Permissions.Endpoints.Authorization, Permissions.Endpoints.Token, Permissions.Endpoints.Revocation,
                Permissions.GrantTypes.AuthorizationCode, Permissions.GrantTypes.RefreshToken, Permissions.ResponseTypes.Code,
                Permissions.Scopes.Email, Permissions.Scopes.Profile, Permissions.Prefixes.Scope + "portal",
            },
        });
    }

    public string AuthorizeUrl(string redirectUri = RedirectUri, bool pkce = true)
    {
        var url = $"/connect/authorize?client_id={Id}&response_type=code&scope={Uri.EscapeDataString("openid email profile offline_access portal")}"
            + $"&redirect_uri={Uri.EscapeDataString(redirectUri)}&state=s";
        return pkce ? url + "&code_challenge_method=S256&code_challenge=" + Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(_verifier))) : url;
    }

    /// <summary>The authorization code for a browser that is signed in.</summary>
    public async Task<string> CodeAsync()
    {
        var response = await browser.GetAsync(AuthorizeUrl());
        return QueryHelpers.ParseQuery(response.Headers.Location!.Query)["code"].ToString();
    }

    public Task<HttpResponseMessage> RedeemAsync(string code) => PostAsync(new()
    {
        ["grant_type"] = "authorization_code",
        ["code"] = code,
        ["redirect_uri"] = RedirectUri,
        ["client_id"] = Id,
        ["code_verifier"] = _verifier,
    });

    public Task<HttpResponseMessage> RefreshAsync(string refreshToken) => PostAsync(new()
    {
        ["grant_type"] = "refresh_token",
        ["refresh_token"] = refreshToken,
        ["client_id"] = Id,
    });

    public static async Task<(string Access, string Refresh, string Identity)> TokensAsync(HttpResponseMessage response)
    {
        var json = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(response.IsSuccessStatusCode, json.ToString());
        return (json.GetProperty("access_token").GetString()!, json.GetProperty("refresh_token").GetString()!, json.GetProperty("id_token").GetString()!);
    }

    public static async Task<string?> ErrorAsync(HttpResponseMessage response) =>
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error").GetString();

    private async Task<HttpResponseMessage> PostAsync(Dictionary<string, string> form)
    {
        using var anonymous = new HttpClient { BaseAddress = host.Address };
        return await anonymous.PostAsync("/connect/token", new FormUrlEncodedContent(form));
    }
}
