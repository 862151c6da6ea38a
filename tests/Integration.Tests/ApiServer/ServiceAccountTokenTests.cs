using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace Integration.Tests.ApiServer;

/// <summary>Tokens of service accounts: what they are, what they open, and when they stop.</summary>
public sealed class ServiceAccountTokenTests : IAsyncLifetime
{
    private ApiServerFixture _server = null!;
    private HttpClient _http = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await ApiServerFixture.StartAsync();
        _http = new HttpClient(new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, shown, _, _) => shown is not null }) { BaseAddress = _server.Address };
        await Ok("create", "namespace", "a");
        await Ok("create", "serviceaccount", "robot", "-n", "a");
        await Ok("create", "rolebinding", "robot", "--clusterrole=view", "--serviceaccount=a:robot", "-n", "a");
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return _server.DisposeAsync();
    }

    [Fact]
    public async Task A_token_from_kubectl_opens_what_the_account_may_and_dies_with_it()
    {
        var token = (await Ok("create", "token", "robot", "-n", "a", "--duration=20m")).Output.Trim();
        var read = new JsonWebToken(token);
        Assert.Equal("system:serviceaccount:a:robot", read.Subject);
        Assert.Equal(1200, (read.ValidTo - read.IssuedAt).TotalSeconds);
        Assert.Equal(HttpStatusCode.OK, await Get(token, "/api/v1/namespaces/a/pods"));
        Assert.Equal(HttpStatusCode.Forbidden, await Get(token, "/api/v1/namespaces/default/pods"));
        var who = await _server.KubectlWithAsync(_server.WriteTokenKubeconfig("robot", token), null, "auth", "whoami", "-o", "json");
        Assert.Contains("system:serviceaccounts:a", who.Output, StringComparison.Ordinal);
        Assert.Contains("JTI=" + read.Id, who.Output, StringComparison.Ordinal);

        await Ok("delete", "serviceaccount", "robot", "-n", "a");
        Assert.Equal(HttpStatusCode.Unauthorized, await Get(token, "/api/v1/namespaces/a/pods"));
        await Ok("create", "serviceaccount", "robot", "-n", "a");
        Assert.Equal(HttpStatusCode.Unauthorized, await Get(token, "/api/v1/namespaces/a/pods"));
    }

    [Fact]
    public async Task A_token_bound_to_a_pod_or_secret_ends_with_it_and_says_so()
    {
        await Ok("run", "one", "--image=x:1", "-n", "a", "--overrides", """{"spec":{"serviceAccountName":"robot"}}""");
        await Ok("create", "secret", "generic", "anchor", "-n", "a");
        var byPod = (await Ok("create", "token", "robot", "-n", "a", "--bound-object-kind=Pod", "--bound-object-name=one")).Output.Trim();
        var bySecret = (await Ok("create", "token", "robot", "-n", "a", "--bound-object-kind=Secret", "--bound-object-name=anchor")).Output.Trim();
        Assert.Equal(HttpStatusCode.OK, await Get(byPod, "/api/v1/namespaces/a/pods"));
        Assert.Equal(HttpStatusCode.OK, await Get(bySecret, "/api/v1/namespaces/a/pods"));
        var claim = JsonNode.Parse(Encoding.UTF8.GetString(Base64UrlEncoder.DecodeBytes(byPod.Split('.')[1])))!["kubernetes.io"]!;
        Assert.Equal("one", (string?)claim["pod"]!["name"]);
        var review = JsonNode.Parse((await _server.KubectlWithAsync(_server.AdminKubeconfig, $$$"""{"apiVersion":"authentication.k8s.io/v1","kind":"TokenReview","spec":{"token":"{{{byPod}}}"}}""", "create", "--validate=false", "-o", "json", "-f", "-")).Succeeded)!;
        Assert.True((bool)review["status"]!["authenticated"]!);
        Assert.Equal("one", (string?)review["status"]!["user"]!["extra"]!["authentication.kubernetes.io/pod-name"]![0]);

        await Ok("delete", "pod", "one", "-n", "a", "--grace-period=0", "--force");
        await Ok("delete", "secret", "anchor", "-n", "a");
        Assert.Equal(HttpStatusCode.Unauthorized, await Get(byPod, "/api/v1/namespaces/a/pods"));
        Assert.Equal(HttpStatusCode.Unauthorized, await Get(bySecret, "/api/v1/namespaces/a/pods"));
    }

    [Fact]
    public async Task A_token_for_somebody_else_is_nothing_here()
    {
        var token = (await Ok("create", "token", "robot", "-n", "a", "--audience=vault")).Output.Trim();
        Assert.Equal(HttpStatusCode.Unauthorized, await Get(token, "/api/v1/namespaces/a/pods"));
        foreach (var (audiences, valid) in ((string, bool)[])[("""["vault"]""", true), ("""["other"]""", false), ("[]", false)])
        {
            var body = $$$"""{"apiVersion":"authentication.k8s.io/v1","kind":"TokenReview","spec":{"token":"{{{token}}}","audiences":{{{audiences}}} }}""";
            var status = JsonNode.Parse((await _server.KubectlWithAsync(_server.AdminKubeconfig, body, "create", "--validate=false", "-o", "json", "-f", "-")).Succeeded)!["status"]!;
            Assert.Equal(valid, (bool?)status["authenticated"] ?? false);
        }
    }

    [Theory]
    [InlineData("""{"spec":{"expirationSeconds":599}}""", "may not specify a duration less than 10 minutes")]
    [InlineData("""{"spec":{"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"none"}}}""", "pods \\\"none\\\" not found")]
    [InlineData("""{"spec":{"boundObjectRef":{"kind":"Deployment","apiVersion":"apps/v1","name":"x"}}}""", "cannot bind token to object of type")]
    public async Task What_makes_no_sense_is_refused(string body, string why)
    {
        var answer = await _server.KubectlWithAsync(_server.AdminKubeconfig, body, "create", "--raw", "/api/v1/namespaces/a/serviceaccounts/robot/token", "-f", "-");
        Assert.NotEqual(0, answer.ExitCode);
        Assert.Contains(why.Replace("\\", "", StringComparison.Ordinal), answer.Error.Replace("\\", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forged_tokens_open_nothing()
    {
        var token = (await Ok("create", "token", "robot", "-n", "a")).Output.Trim();
        var parts = token.Split('.');
        var payload = JsonNode.Parse(Encoding.UTF8.GetString(Base64UrlEncoder.DecodeBytes(parts[1])))!;
        var jwks = JsonNode.Parse((await Ok("get", "--raw", "/openid/v1/jwks")).Output)!["keys"]![0]!;
        var forged = new List<string> { $"{parts[0]}.{parts[1]}.", $"{parts[0]}.{parts[1]}.{parts[2][..^4]}AAAA", $"{Encode("""{"alg":"none"}""")}.{parts[1]}.", "a.b.c", token + "x", "..", new string('.', 3000) };
        foreach (var (field, value) in ((string, JsonNode)[])[("sub", "system:serviceaccount:kube-system:robot"), ("exp", 9_999_999_999), ("aud", new JsonArray("x")), ("iss", "https://evil")])
        {
            var changed = payload.DeepClone();
            changed[field] = value;
            forged.Add($"{parts[0]}.{Encode(changed.ToJsonString())}.{parts[2]}");
        }

        // The public key as an HMAC secret, and a key of the forger's own under the right name.
        var handler = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false };
        var secret = new SymmetricSecurityKey(Encoding.UTF8.GetBytes((string)jwks["n"]!)) { KeyId = (string?)jwks["kid"] };
        forged.Add(handler.CreateToken(payload.ToJsonString(), new SigningCredentials(secret, SecurityAlgorithms.HmacSha256)));
        using var rsa = System.Security.Cryptography.RSA.Create(2048);
        forged.Add(handler.CreateToken(payload.ToJsonString(), new SigningCredentials(new RsaSecurityKey(rsa) { KeyId = (string?)jwks["kid"] }, SecurityAlgorithms.RsaSha256)));
        Assert.Equal(HttpStatusCode.OK, await Get(token, "/api/v1/namespaces/a/pods"));
        foreach (var bad in forged)
            Assert.Equal(HttpStatusCode.Unauthorized, await Get(bad, "/api/v1/namespaces/a/pods"));
        Assert.Equal(13, forged.Count);
    }

    [Fact]
    public async Task Others_can_verify_a_token_by_what_the_issuer_publishes()
    {
        var token = (await Ok("create", "token", "robot", "-n", "a", "--audience=vault")).Output.Trim();
        Assert.Equal(HttpStatusCode.Unauthorized, (await _http.GetAsync("/openid/v1/jwks")).StatusCode);
        var issuer = JsonNode.Parse((await Ok("get", "--raw", "/.well-known/openid-configuration")).Output)!;
        Assert.Equal(new JsonWebToken(token).Issuer, (string?)issuer["issuer"]);
        var keys = new JsonWebKeySet((await Ok("get", "--raw", "/openid/v1/jwks")).Output);
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters { IssuerSigningKeys = keys.GetSigningKeys(), ValidIssuer = (string?)issuer["issuer"], ValidAudience = "vault" });
        Assert.True(result.IsValid, result.Exception?.Message);
    }

    private static string Encode(string json) => Base64UrlEncoder.Encode(json);

    private async Task<HttpStatusCode> Get(string token, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await _http.SendAsync(request);
        return answer.StatusCode;
    }

    private async Task<KubectlResult> Ok(params string[] arguments)
    {
        var result = await _server.KubectlAsync(arguments);
        Assert.True(result.ExitCode == 0, result.Error);
        return result;
    }
}
