using System.Collections.Concurrent;
using System.Net;
using k8s;
using k8s.Models;
using Kube.Machinery.Client;
using Xunit;

namespace Kube.Tests.Machinery;

public sealed class ServerFailoverTests : IDisposable
{
    private readonly Servers _servers = new();
    private readonly ServerFailover _failover = new(["https://a:6443", "https://b:6443", "https://c:6443"]);
    private readonly HttpMessageInvoker _client;

    public ServerFailoverTests()
    {
        _failover.InnerHandler = _servers;
        _client = new HttpMessageInvoker(_failover);
    }

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task A_request_that_reaches_no_server_goes_to_the_next_and_those_after_it_stay_there()
    {
        _servers.Gone["a"] = new HttpRequestException(HttpRequestError.ConnectionError, "refused");
        Assert.Equal("b said /api/v1/pods?limit=5 {}", await SendAsync(HttpMethod.Post));
        _servers.Gone.Clear();
        Assert.Equal("b said /api/v1/pods?limit=5 {}", await SendAsync(HttpMethod.Post));
        Assert.Equal(["a", "b", "b"], _servers.Asked);
    }

    [Fact]
    public async Task A_connection_that_does_not_come_in_time_counts_as_none()
    {
        _servers.Gone["a"] = new TaskCanceledException("too slow", new TimeoutException());
        Assert.StartsWith("b said", await SendAsync(HttpMethod.Get), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_may_have_been_carried_out_is_not_sent_twice_but_the_next_one_goes_elsewhere()
    {
        _servers.Gone["a"] = new HttpRequestException(HttpRequestError.ResponseEnded, "the connection broke");
        await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(HttpMethod.Post));
        Assert.Equal(["a"], _servers.Asked);
        Assert.StartsWith("b said", await SendAsync(HttpMethod.Post), StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_all_are_gone_the_last_fault_is_told_and_the_round_begins_anew()
    {
        foreach (var server in (string[])["a", "b", "c"])
            _servers.Gone[server] = new HttpRequestException(HttpRequestError.ConnectionError, server + " refused");
        Assert.Equal("c refused", (await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(HttpMethod.Get))).Message);
        _servers.Gone.TryRemove("a", out _);
        Assert.StartsWith("a said", await SendAsync(HttpMethod.Get), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_has_gone_moves_nobody()
    {
        _servers.Gone["a"] = new TaskCanceledException("the caller left");
        using var left = new CancellationTokenSource();
        await left.CancelAsync();
        await Assert.ThrowsAsync<TaskCanceledException>(() => SendAsync(HttpMethod.Get, left.Token));
        Assert.Equal("a", _failover.Current.Host);
    }

    [Fact]
    public async Task A_kubeconfig_names_further_servers()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        // Nobody listens on port 1; the second address is one that refuses otherwise, so that it is seen to be asked.
        await File.WriteAllTextAsync(path, $$"""
            apiVersion: v1
            kind: Config
            clusters:
            - name: portal
              cluster:
                server: "http://127.0.0.1:1"
                extensions:
                - name: "{{KubeClients.ServersExtension}}"
                  extension: { others: "http://127.0.0.1:2 http://127.0.0.1:3" }
            users: [ { name: u, user: { token: t } } ]
            contexts: [ { name: c, context: { cluster: portal, user: u } } ]
            current-context: c
            """, TestContext.Current.CancellationToken);
        try
        {
            using var client = KubeClients.FromKubeconfig(path);
            var fault = await Assert.ThrowsAsync<HttpRequestException>(() => client.CoreV1.ListNodeAsync(cancellationToken: TestContext.Current.CancellationToken));
            Assert.Contains("127.0.0.1:3", fault.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private async Task<string> SendAsync(HttpMethod method, CancellationToken? cancellationToken = null)
    {
        using var request = new HttpRequestMessage(method, "https://elsewhere/api/v1/pods?limit=5") { Content = method == HttpMethod.Post ? new StringContent("{}") : null };
        using var response = await _client.SendAsync(request, cancellationToken ?? TestContext.Current.CancellationToken);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Servers that answer with their name, or are gone.</summary>
    private sealed class Servers : HttpMessageHandler
    {
        public ConcurrentDictionary<string, Exception> Gone { get; } = new();

        public ConcurrentQueue<string> Asked { get; } = new();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var uri = request.RequestUri!;
            Asked.Enqueue(uri.Host);
            var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(CancellationToken.None);
            return Gone.TryGetValue(uri.Host, out var fault) ? throw fault : new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent($"{uri.Host} said {uri.PathAndQuery} {body}") };
        }
    }
}
