using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace Integration.Tests.ApiServer;

/// <summary>Tokens of an OpenID Connect provider, here a small one with a key of its own.</summary>
public sealed class OidcTests : IAsyncLifetime
{
    private readonly RSA _rsa = RSA.Create(2048);
    private WebApplication _provider = null!;
    private ApiServerFixture _server = null!;
    private string _issuer = "";

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _provider = builder.Build();
        _provider.MapGet("/.well-known/openid-configuration", () => Results.Json(new Dictionary<string, object> { ["issuer"] = _issuer, ["jwks_uri"] = _issuer + "/keys", ["id_token_signing_alg_values_supported"] = new[] { "RS256" } }));
        _provider.MapGet("/keys", () =>
        {
            var half = _rsa.ExportParameters(false);
            return Results.Json(new { keys = new[] { new { kty = "RSA", use = "sig", alg = "RS256", kid = "one", n = Base64UrlEncoder.Encode(half.Modulus), e = Base64UrlEncoder.Encode(half.Exponent) } } });
        });
        await _provider.StartAsync();
        _issuer = _provider.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        _server = await ApiServerFixture.StartAsync(options: options =>
        {
            options.Oidc.IssuerUrl = _issuer;
            options.Oidc.ClientId = "kubernetes";
            options.Oidc.UsernameClaim = "email";
            options.Oidc.UsernamePrefix = "oidc:";
            options.Oidc.GroupsClaim = "groups";
            options.Oidc.GroupsPrefix = "oidc:";
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _provider.DisposeAsync();
        _rsa.Dispose();
    }

    [Fact]
    public async Task Claims_name_the_user_and_the_groups_and_roles_decide()
    {
        var token = Token();
        var who = await _server.KubectlWithAsync(_server.WriteTokenKubeconfig("ann", token), null, "auth", "whoami", "-o", "json");
        Assert.Contains("\"oidc:ann@example.com\"", who.Succeeded, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, await Get(token));
        _ = (await _server.KubectlAsync("create", "clusterrolebinding", "devs", "--clusterrole=view", "--group=oidc:devs")).Succeeded;
        Assert.Equal(HttpStatusCode.OK, await Get(token));
    }

    [Fact]
    public async Task Anything_but_a_token_of_the_provider_for_this_cluster_is_nobody()
    {
        Assert.NotEqual(HttpStatusCode.Unauthorized, await Get(Token()));
        using var other = RSA.Create(2048);
        foreach (var token in (string[])
        [
            Token(audience: "other"), Token(issuer: "https://elsewhere"), Token(lifetime: TimeSpan.FromMinutes(-5)), Token(verified: false), Token(email: "", groups: ["devs"]),
            Token(key: other), Token(groups: ["x"], algorithm: SecurityAlgorithms.HmacSha256), Token()[..^8] + "AAAAAAAA",
        ])
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await Get(token));
        }
    }

    private string Token(string? issuer = null, string audience = "kubernetes", TimeSpan? lifetime = null, bool verified = true, string email = "ann@example.com", string[]? groups = null, RSA? key = null, string algorithm = SecurityAlgorithms.RsaSha256)
    {
        SecurityKey signing = algorithm == SecurityAlgorithms.HmacSha256
            ? new SymmetricSecurityKey(_rsa.ExportSubjectPublicKeyInfo()) { KeyId = "one" }
            : new RsaSecurityKey(key ?? _rsa) { KeyId = "one" };
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer ?? _issuer,
            Audience = audience,
            NotBefore = now.AddHours(-1),
            IssuedAt = now.AddHours(-1),
            Expires = now + (lifetime ?? TimeSpan.FromMinutes(5)),
            Claims = new Dictionary<string, object> { ["sub"] = "1", ["email"] = email, ["email_verified"] = verified, ["groups"] = groups ?? ["devs"] },
            SigningCredentials = new SigningCredentials(signing, algorithm),
        });
    }

    private async Task<HttpStatusCode> Get(string token)
    {
        using var http = new HttpClient(new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, shown, _, _) => shown is not null }) { BaseAddress = _server.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await http.GetAsync("/api/v1/namespaces/default/pods");
        return answer.StatusCode;
    }
}
