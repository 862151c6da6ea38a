using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Integration.Tests.ApiServer;

/// <summary>How a node joins, and what it may touch afterwards.</summary>
public sealed class NodeIdentityTests : IAsyncLifetime
{
    private const string Requests = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
    private ApiServerFixture _server = null!;
    private HttpClient _admin = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await ApiServerFixture.StartAsync();
        _admin = Client("admin", "system:masters");
    }

    public ValueTask DisposeAsync()
    {
        _admin.Dispose();
        return _server.DisposeAsync();
    }

    [Fact]
    public async Task One_token_buys_one_certificate_even_for_two_requests_at_once()
    {
        await CreateToken("abcdef", "0123456789abcdef", DateTimeOffset.UtcNow.AddHours(1));
        using var joiner = Bearer("abcdef.0123456789abcdef");
        var answers = await Task.WhenAll(PostRequest(joiner, "one", "n1"), PostRequest(joiner, "two", "n2"));
        // The slower one is denied by the signer, or its token is already spent when it arrives: then it is nobody.
        Assert.Contains(HttpStatusCode.Created, answers);
        Assert.All(answers, a => Assert.True(a is HttpStatusCode.Created or HttpStatusCode.Unauthorized, $"answered {a}"));
        string[] accepted = [.. new[] { "one", "two" }.Where((_, i) => answers[i] == HttpStatusCode.Created)];
        var decided = await Task.WhenAll(accepted.Select(Decided));
        Assert.Single(decided, d => d["status"]!["certificate"] is not null);
        Assert.Equal(accepted.Length - 1, decided.Count(d => (string?)d["status"]!["conditions"]![0]!["type"] == "Denied"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await joiner.GetAsync(Requests)).StatusCode);
    }

    [Fact]
    public async Task A_wrong_or_expired_token_is_nobody()
    {
        await CreateToken("aaaaaa", "0123456789abcdef", DateTimeOffset.UtcNow.AddMinutes(-1));
        await CreateToken("bbbbbb", "0123456789abcdef", DateTimeOffset.UtcNow.AddMinutes(5));
        foreach (var token in (string[])["aaaaaa.0123456789abcdef", "bbbbbb.0123456789abcdeg", "cccccc.0123456789abcdef", "nonsense", "../x.y"])
        {
            using var client = Bearer(token);
            Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync(Requests)).StatusCode);
        }
    }

    [Fact]
    public async Task A_joiner_gets_only_the_identity_of_a_new_node()
    {
        await CreateToken("abcdef", "0123456789abcdef", DateTimeOffset.UtcNow.AddHours(1));
        await Send(_admin, HttpMethod.Post, "/api/v1/nodes", """{"metadata":{"name":"taken"}}""");
        using var joiner = Bearer("abcdef.0123456789abcdef");
        await PostRequest(joiner, "admin", "x", subject: "CN=admin, O=system:masters");
        await PostRequest(joiner, "taken", "taken");
        await PostRequest(joiner, "serving", "n1", signer: "kubernetes.io/kubelet-serving", usage: "server auth");
        foreach (var name in (string[])["admin", "taken", "serving"])
            Assert.Null((await Decided(name))["status"]!["certificate"]);
        Assert.Equal(HttpStatusCode.Forbidden, (await joiner.GetAsync("/api/v1/namespaces/kube-system/secrets")).StatusCode);
        await PostRequest(joiner, "good", "n1");
        Assert.NotNull((await Decided("good"))["status"]!["certificate"]);
    }

    [Fact]
    public async Task A_node_touches_only_itself_and_its_own_pods()
    {
        using var node = Client("system:node:n1", "system:nodes");
        foreach (var name in (string[])["n1", "n2"])
            await Send(_admin, HttpMethod.Post, "/api/v1/nodes", $$$$$"""{"metadata":{"name":"{{{{{name}}}}}"}}""");
        await Send(_admin, HttpMethod.Post, "/api/v1/namespaces/default/pods", Pod("mine", "n1", "seen"));
        await Send(_admin, HttpMethod.Post, "/api/v1/namespaces/default/pods", Pod("other", "n2", "hidden"));
        foreach (var secret in (string[])["seen", "hidden"])
            await Send(_admin, HttpMethod.Post, "/api/v1/namespaces/default/secrets", $$$$$"""{"metadata":{"name":"{{{{{secret}}}}}"}}""");

        Assert.Equal(HttpStatusCode.OK, (await node.GetAsync("/api/v1/pods?fieldSelector=spec.nodeName%3Dn1")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await node.GetAsync("/api/v1/namespaces/default/secrets/seen")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, await Patch(node, "/api/v1/nodes/n1/status", """{"status":{"phase":"Running"}}"""));
        Assert.Equal(HttpStatusCode.OK, await Patch(node, "/api/v1/namespaces/default/pods/mine/status", """{"status":{"phase":"Running"}}"""));
        Assert.Equal(HttpStatusCode.Created, await Send(node, HttpMethod.Post, "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases", """{"metadata":{"name":"n1"}}"""));
        foreach (var refused in (Task<HttpStatusCode>[])
        [
            Get(node, "/api/v1/pods"), Get(node, "/api/v1/pods?fieldSelector=spec.nodeName%3Dn2"), Get(node, "/api/v1/namespaces/default/pods/other"), Get(node, "/api/v1/namespaces/default/secrets/hidden"),
            Get(node, "/api/v1/namespaces/default/secrets"), Get(node, "/apis/apps/v1/deployments"),
            Patch(node, "/api/v1/nodes/n2/status", """{"status":{"phase":"Running"}}"""),
            Patch(node, "/api/v1/nodes/n1", """{"metadata":{"labels":{"node-role.kubernetes.io/control-plane":""}}}"""),
            Patch(node, "/api/v1/nodes/n1", """{"spec":{"taints":[{"key":"a","effect":"NoSchedule"}]}}"""),
            Patch(node, "/api/v1/namespaces/default/pods/mine", """{"metadata":{"labels":{"a":"b"}}}"""),
            Patch(node, "/api/v1/namespaces/default/pods/other/status", """{"status":{"phase":"Running"}}"""),
            Send(node, HttpMethod.Post, "/api/v1/nodes", """{"metadata":{"name":"n3"}}"""),
            Send(node, HttpMethod.Post, "/api/v1/namespaces/default/pods", Pod("new", "n1", "hidden")),
            Send(node, HttpMethod.Post, "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases", """{"metadata":{"name":"n2"}}"""),
        ])
        {
            Assert.Equal(HttpStatusCode.Forbidden, await refused);
        }
    }

    [Fact]
    public async Task A_node_gets_tokens_only_for_pods_that_run_on_it()
    {
        using var node = Client("system:node:n1", "system:nodes");
        await Send(_admin, HttpMethod.Post, "/api/v1/namespaces/default/serviceaccounts", """{"metadata":{"name":"default"}}""");
        await Send(_admin, HttpMethod.Post, "/api/v1/namespaces/default/serviceaccounts", """{"metadata":{"name":"unused"}}""");
        await Send(_admin, HttpMethod.Post, "/api/v1/namespaces/default/secrets", """{"metadata":{"name":"s"}}""");
        await Send(_admin, HttpMethod.Post, "/api/v1/namespaces/default/pods", Pod("mine", "n1", "s"));
        await Send(_admin, HttpMethod.Post, "/api/v1/namespaces/default/pods", Pod("other", "n2", "s"));
        Assert.Equal(HttpStatusCode.Created, await Token("default", "mine"));
        Assert.Equal(HttpStatusCode.Forbidden, await Token("default", "other"));
        Assert.Equal(HttpStatusCode.Forbidden, await Token("default", null));
        Assert.Equal(HttpStatusCode.Forbidden, await Token("unused", "mine"));

        Task<HttpStatusCode> Token(string account, string? pod)
        {
            var bound = pod is null ? "null" : $$"""{"kind":"Pod","apiVersion":"v1","name":"{{pod}}"}""";
            return Send(node, HttpMethod.Post, $"/api/v1/namespaces/default/serviceaccounts/{account}/token", $$$"""{"spec":{"boundObjectRef":{{{bound}}} }}""");
        }
    }

    [Fact]
    public async Task Nobody_gets_in_without_a_credential_of_this_cluster()
    {
        using var anonymous = Http(new HttpClientHandler());
        Assert.Equal(HttpStatusCode.OK, await Get(anonymous, "/healthz"));
        Assert.Equal(HttpStatusCode.OK, await Get(anonymous, "/version"));
        Assert.Equal(HttpStatusCode.Unauthorized, await Get(anonymous, "/api"));
        Assert.Equal(HttpStatusCode.Unauthorized, await Get(anonymous, "/api/v1/pods"));
        using var user = Client("somebody", "dev");
        Assert.Equal(HttpStatusCode.OK, await Get(user, "/apis"));
        Assert.Equal(HttpStatusCode.Forbidden, await Get(user, "/api/v1/pods"));
        var foreign = Kube.Machinery.Certificates.CertificateAuthority.Create("other", TimeProvider.System).IssueClient("admin", ["system:masters"], TimeSpan.FromHours(1));
        using var forged = Http(With(foreign.CertificatePem, foreign.PrivateKeyPem));
        Assert.Equal(HttpStatusCode.Unauthorized, await Get(forged, "/api/v1/pods"));
    }

    private static string Pod(string name, string node, string secret) =>
        $$$$$"""{"metadata":{"name":"{{{{{name}}}}}"},"spec":{"nodeName":"{{{{{node}}}}}","containers":[{"name":"c","image":"x:1","envFrom":[{"secretRef":{"name":"{{{{{secret}}}}}"}}]}]}}""";

    private static async Task<HttpStatusCode> Get(HttpClient client, string path) => (await client.GetAsync(path)).StatusCode;

    private static async Task<HttpStatusCode> Send(HttpClient client, HttpMethod method, string path, string body, string type = "application/json")
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(type)) };
        return (await client.SendAsync(request)).StatusCode;
    }

    private static Task<HttpStatusCode> Patch(HttpClient client, string path, string body) => Send(client, HttpMethod.Patch, path, body, "application/merge-patch+json");

    private async Task CreateToken(string id, string secret, DateTimeOffset expiration) => Assert.Equal(HttpStatusCode.Created, await Send(_admin, HttpMethod.Post, "/api/v1/namespaces/kube-system/secrets", $$$$$"""
        {"metadata":{"name":"bootstrap-token-{{{{{id}}}}}"},"type":"bootstrap.kubernetes.io/token","stringData":{"token-id":"{{{{{id}}}}}","token-secret":"{{{{{secret}}}}}","expiration":"{{{{{expiration:O}}}}}","usage-bootstrap-authentication":"true"}}
        """));

    private static async Task<HttpStatusCode> PostRequest(HttpClient client, string name, string node, string? subject = null, string signer = "kubernetes.io/kube-apiserver-client-kubelet", string usage = "client auth")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = new CertificateRequest(subject ?? $"CN=system:node:{node}, O=system:nodes", key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
        return await Send(client, HttpMethod.Post, Requests, $$$$$"""
            {"metadata":{"name":"{{{{{name}}}}}"},"spec":{"request":"{{{{{Convert.ToBase64String(Encoding.ASCII.GetBytes(pem))}}}}}","signerName":"{{{{{signer}}}}}","usages":["{{{{{usage}}}}}"],"username":"system:node:forged","groups":["system:masters"]}}
            """);
    }

    private async Task<JsonNode> Decided(string name)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            var request = JsonNode.Parse(await _admin.GetStringAsync($"{Requests}/{name}", limit.Token))!;
            if (request["status"]?["conditions"] is JsonArray { Count: > 0 })
                return request;
            await Task.Delay(50, limit.Token);
        }
    }

    private HttpClient Client(string user, string group)
    {
        var issued = _server.Authority.IssueClient(user, [group], TimeSpan.FromHours(1));
        return Http(With(issued.CertificatePem, issued.PrivateKeyPem));
    }

    private HttpClient Bearer(string token)
    {
        var client = Http(new HttpClientHandler());
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    private static HttpClientHandler With(string certificate, string key)
    {
        using var ephemeral = X509Certificate2.CreateFromPem(certificate, key);
        var handler = new HttpClientHandler { ClientCertificateOptions = ClientCertificateOption.Manual };
        handler.ClientCertificates.Add(X509CertificateLoader.LoadPkcs12(ephemeral.Export(X509ContentType.Pkcs12), null));
        return handler;
    }

    private HttpClient Http(HttpClientHandler handler)
    {
        handler.ServerCertificateCustomValidationCallback = (_, shown, _, _) => shown is not null;
        return new HttpClient(handler) { BaseAddress = _server.Address };
    }
}
