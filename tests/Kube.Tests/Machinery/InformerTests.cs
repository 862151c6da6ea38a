using System.Collections.Concurrent;
using System.Net;
using k8s;
using k8s.Models;
using Kube.Machinery.Client;
using Kube.Machinery.Informers;
using Microsoft.Extensions.Logging.Abstractions;
using Testing;
using Xunit;

namespace Kube.Tests.Machinery;

public sealed class InformerTests : IAsyncDisposable
{
    private readonly ScriptedServer _server = new();
    private readonly ConcurrentQueue<string> _told = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Informer<V1ConfigMap> _informer;
    private Task _run = Task.CompletedTask;

    public InformerTests()
    {
        var client = KubeClients.FromConfiguration(new KubernetesClientConfiguration { Host = "http://127.0.0.1:1" }, _server);
        _informer = new Informer<V1ConfigMap>(client, new InformerOptions(), TimeProvider.System, NullLogger.Instance);
        _informer.Subscribe(change => _told.Enqueue($"{change.Kind} {change.Object.Metadata.Name}@{change.Object.Metadata.ResourceVersion}"));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
        _server.Dispose();
    }

    [Fact]
    public async Task A_broken_stream_is_resumed_behind_the_last_version()
    {
        _server.Answer("list", List(5, ("a", 3)));
        _server.Answer("watch 5", Event("ADDED", "b", 6) + Event("BOOKMARK", "", 8));
        _server.Answer("watch 8", Event("MODIFIED", "a", 9) + Event("DELETED", "b", 10));
        Start();
        await ToldAsync("Added a@3", "Added b@6", "Modified a@9", "Deleted b@10");
        Assert.NotNull(_informer.Get("default", "a"));
        Assert.Null(_informer.Get("default", "b"));
    }

    [Fact]
    public async Task A_version_that_expired_leads_to_a_list_whose_difference_is_told()
    {
        _server.Answer("list", List(5, ("kept", 1), ("changed", 2), ("gone", 3)));
        _server.Answer("watch 5", """{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","code":410,"reason":"Expired","message":"too old"}}""" + "\n");
        _server.Answer("list", List(9, ("kept", 1), ("changed", 7), ("new", 8)));
        Start();
        await ToldAsync("Added changed@2", "Added gone@3", "Added kept@1", "Added new@8", "Deleted gone@3", "Modified changed@7");
    }

    [Fact]
    public async Task A_server_that_is_away_at_first_is_waited_for()
    {
        Start();
        await Eventually.Async("two tries", () => Task.FromResult(_server.Requests), tries => tries >= 2);
        Assert.False(_informer.HasSynced);
        _server.Answer("list", List(1, ("a", 1)));
        await _informer.WaitForSyncAsync(TestContext.Current.CancellationToken);
        Assert.Single(_informer.List());
    }

    [Fact]
    public async Task Handlers_of_two_informers_may_ask_each_others_index_at_one_time()
    {
        using var other = new ScriptedServer();
        var second = new Informer<V1ConfigMap>(KubeClients.FromConfiguration(new KubernetesClientConfiguration { Host = "http://127.0.0.1:1" }, other), new InformerOptions(), TimeProvider.System, NullLogger.Instance);
        using var both = new Barrier(2);
        var found = 0;
        foreach (var (mine, theirs) in new[] { (_informer, second), (second, _informer) })
        {
            mine.AddIndex("all", _ => ["all"]);
            mine.Subscribe(_ =>
            {
                // Both handlers run now, each within its own informer.
                if (both.SignalAndWait(TimeSpan.FromSeconds(20)))
                {
                    Interlocked.Add(ref found, theirs.ByIndex("all", "all").Count);
                }
            });
        }

        _server.Answer("list", List(5, ("a", 3)));
        other.Answer("list", List(5, ("b", 3)));
        _run = Task.Run(() => _informer.RunAsync(_stop.Token), _stop.Token);
        var running = Task.Run(() => second.RunAsync(_stop.Token), _stop.Token);
        await Task.WhenAll(_informer.WaitForSyncAsync(TestContext.Current.CancellationToken), second.WaitForSyncAsync(TestContext.Current.CancellationToken)).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(2, found);
        await _stop.CancelAsync();
        await running;
    }

    private void Start() => _run = _informer.RunAsync(_stop.Token);

    private Task<string[]> ToldAsync(params string[] expected) =>
        Eventually.Async(string.Join(", ", expected), () => Task.FromResult(_told.Order(StringComparer.Ordinal).ToArray()), told => told.SequenceEqual(expected.Order(StringComparer.Ordinal)));

    private static string List(long version, params (string Name, long Version)[] items) =>
        $$"""{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"{{version}}"},"items":[{{string.Join(',', items.Select(i => Object(i.Name, i.Version)))}}]}""";

    private static string Event(string type, string name, long version) => $$"""{"type":"{{type}}","object":{{Object(name, version)}}}""" + "\n";

    private static string Object(string name, long version) =>
        $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}","namespace":"default","uid":"{{{name}}}","resourceVersion":"{{{version}}}"}}""";

    /// <summary>Answers lists and watches from a script; whatever is not scripted fails as if the server were away.</summary>
    private sealed class ScriptedServer : DelegatingHandler
    {
        private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> _answers = new();
        private int _requests;

        public int Requests => _requests;

        public void Answer(string request, string body) => _answers.GetOrAdd(request, _ => new ConcurrentQueue<string>()).Enqueue(body);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _requests);
            var query = System.Web.HttpUtility.ParseQueryString(request.RequestUri!.Query);
            var key = query["watch"] == "true" ? $"watch {query["resourceVersion"]}" : "list";
            return _answers.TryGetValue(key, out var bodies) && bodies.TryDequeue(out var body)
                ? Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(body) })
                : throw new HttpRequestException("the server is away");
        }
    }
}
