using System.Net.WebSockets;
using System.Text;
using Kube.Machinery.Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Portal.Core;
using Portal.Core.Clusters;
using Xunit;

namespace Integration.Tests.Core;

/// <summary>What every request and every terminal of an added cluster goes through: the address, the certificate, the token.</summary>
public sealed class A_connection_to_a_cluster : IAsyncLifetime
{
    private readonly CertificateAuthority _authority = CertificateAuthority.Create("cluster-ca", TimeProvider.System);
    private readonly List<string> _tokens = [];
    private WebApplication _server = null!;
    private WebApplication _misnamed = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await StartAsync("127.0.0.1");
        _misnamed = await StartAsync("elsewhere.example.com");
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _misnamed.DisposeAsync();
    }

    [Fact]
    public async Task Opens_terminals_with_its_token()
    {
        using var connection = Connect(_server);
        using var socket = await ExecAsync(connection);
        await socket.SendAsync("\0hello"u8.ToArray(), WebSocketMessageType.Binary, endOfMessage: true, default);
        var buffer = new byte[100];
        var read = await socket.ReceiveAsync(buffer, default);
        Assert.Equal("\u0001hello", Encoding.UTF8.GetString(buffer, 0, read.Count));
        Assert.Equal(["Bearer token-of-a-cluster"], _tokens);
    }

    [Fact]
    public async Task Trusts_the_kubeconfigs_authority_alone_and_the_name_it_leads_to()
    {
        using var right = Connect(_server);
        // It answers for its version; the rest of an API it does not have.
        Assert.Equal("It does not answer as a Kubernetes API does (status 404).", (await ClusterCheck.AskAsync(right.Client, default)).Problem);
        using var foreign = Connect(_server, CertificateAuthority.Create("another-ca", TimeProvider.System));
        using var misnamed = Connect(_misnamed);
        using var publicly = Connect(_server, named: false);
        foreach (var wrong in (ClusterConnection[])[foreign, misnamed, publicly])
        {
            Assert.Contains("certificate", (await ClusterCheck.AskAsync(wrong.Client, default)).Problem, StringComparison.Ordinal);
            await Assert.ThrowsAsync<WebSocketException>(() => ExecAsync(wrong));
        }

        Assert.Empty(_tokens);
    }

    [Fact]
    public async Task Leads_nowhere_the_operator_does_not_allow_and_no_terminal_does()
    {
        using var connection = Connect(_server, allowed: false);
        Assert.Contains("address", (await ClusterCheck.AskAsync(connection.Client, default)).Problem, StringComparison.Ordinal);
        await Assert.ThrowsAsync<WebSocketException>(() => ExecAsync(connection));
        Assert.Empty(_tokens);
    }

    private static Task<WebSocket> ExecAsync(ClusterConnection connection) => connection.Client.WebSocketNamespacedPodExecAsync("pod", "space", ["sh"], "web", stderr: false, stdin: true, stdout: true, tty: true);

    private ClusterConnection Connect(WebApplication server, CertificateAuthority? authority = null, bool named = true, bool allowed = true)
    {
        var options = new PortalCoreOptions();
        if (allowed) options.ClusterNetworks.Add("127.0.0.1/32");
        var pem = named ? Convert.ToBase64String(Encoding.ASCII.GetBytes((authority ?? _authority).CertificatePem)) : null;
        return new(new(HttpsServers.AddressOf(server), pem, null, "token-of-a-cluster", null, null), new(options), ofTeam: true);
    }

    private async Task<WebApplication> StartAsync(string name)
    {
        var app = HttpsServers.Build(_authority.IssueServing("server", [name], TimeSpan.FromDays(1)));
        app.UseWebSockets();
        app.MapGet("/version", () => Results.Json(new { major = "1", minor = "34", gitVersion = "v1.34.0", gitCommit = "", gitTreeState = "", buildDate = "", goVersion = "", compiler = "", platform = "" }));
        app.MapGet("/api/v1/namespaces/{ns}/pods/{pod}/exec", async (HttpContext http) =>
        {
            _tokens.Add(http.Request.Headers.Authorization.ToString());
            using var socket = await http.WebSockets.AcceptWebSocketAsync(http.WebSockets.WebSocketRequestedProtocols.FirstOrDefault());
            var buffer = new byte[100];
            var read = await socket.ReceiveAsync(buffer, http.RequestAborted);
            // What is typed comes on channel 0, the screen is channel 1.
            buffer[0] = 1;
            await socket.SendAsync(buffer.AsMemory(0, read.Count), WebSocketMessageType.Binary, endOfMessage: true, http.RequestAborted);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, http.RequestAborted);
        });
        await app.StartAsync();
        return app;
    }
}
