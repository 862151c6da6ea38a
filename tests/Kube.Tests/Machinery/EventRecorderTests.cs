using System.Collections.Concurrent;
using System.Net;
using k8s;
using k8s.Models;
using Kube.Machinery.Client;
using Kube.Machinery.Events;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Testing;
using Xunit;

namespace Kube.Tests.Machinery;

public sealed class EventRecorderTests : IAsyncDisposable
{
    private static readonly V1Pod Pod = new() { Metadata = new V1ObjectMeta { Name = "p", NamespaceProperty = "default", Uid = "u" } };

    private readonly FakeTimeProvider _time = new();
    private readonly MoodyServer _server = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly EventRecorder _events;
    private readonly Task _run;

    public EventRecorderTests()
    {
        _events = new EventRecorder(KubeClients.FromConfiguration(new KubernetesClientConfiguration { Host = "http://127.0.0.1:1" }, _server), "test", "", _time, NullLogger.Instance);
        _run = _events.RunAsync(_stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
        _server.Dispose();
    }

    [Theory]
    [InlineData(null)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.TooManyRequests)]
    public async Task An_event_outlives_a_server_that_is_away_for_some_seconds(HttpStatusCode? answer)
    {
        _server.Mood = () => answer is { } code ? new HttpResponseMessage(code) { Content = new StringContent("later") } : throw new HttpRequestException("away");
        _events.Normal(Pod, "Started", "it started");
        for (var tries = 1; tries <= 5; tries++)
        {
            var least = tries;
            await Eventually.Async("another try", () => Task.FromResult(_server.Tries), made => made >= least);
            await PassAsync(TimeSpan.FromSeconds(2));
        }

        _server.Mood = null;
        await Eventually.Async("the event", () => PassAsync(TimeSpan.FromSeconds(2)), _ => _server.Written.Count == 1);
        Assert.Contains("it started", Assert.Single(_server.Written), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_goes_wrong_with_one_event_does_not_end_the_next()
    {
        var moods = new Queue<Func<HttpResponseMessage>>([() => throw new InvalidOperationException("a bug in a handler"), () => new HttpResponseMessage(HttpStatusCode.Forbidden) { Content = new StringContent("no") }, () => new HttpResponseMessage(HttpStatusCode.Created) { Content = new StringContent("not JSON") }]);
        _server.Mood = () => moods.Dequeue()();
        foreach (var reason in (string[])["One", "Two", "Three"])
            _events.Warning(Pod, reason, "it failed");
        await Eventually.Async("three tries", () => Task.FromResult(_server.Tries), made => made == 3);
        _server.Mood = null;
        _events.Normal(Pod, "Four", "it works");
        await Eventually.Async("the fourth event", () => Task.FromResult(_server.Written.Count), written => written == 1);
        Assert.Contains("it works", Assert.Single(_server.Written), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_is_given_up_when_the_server_stays_away()
    {
        _server.Mood = () => throw new HttpRequestException("away");
        _events.Normal(Pod, "Old", "it is long ago");
        await Eventually.Async("a try", () => Task.FromResult(_server.Tries), made => made >= 1);
        await PassAsync(TimeSpan.FromMinutes(1));
        await Eventually.Async("the last try", () => Task.FromResult(_server.Tries), made => made >= 2);
        _server.Mood = null;
        _events.Normal(Pod, "New", "it is now");
        await Eventually.Async("the new event", () => Task.FromResult(_server.Written.Count), written => written >= 1);
        Assert.Contains("it is now", Assert.Single(_server.Written), StringComparison.Ordinal);
    }

    private Task<bool> PassAsync(TimeSpan time)
    {
        _time.Advance(time);
        return Task.FromResult(true);
    }

    /// <summary>Takes events as long as it is in no other mood.</summary>
    private sealed class MoodyServer : DelegatingHandler
    {
        private int _tries;

        public Func<HttpResponseMessage>? Mood { get; set; }

        public int Tries => _tries;

        public ConcurrentQueue<string> Written { get; } = new();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var mood = Mood;
            Interlocked.Increment(ref _tries);
            if (mood is not null)
                return mood();
            var body = await request.Content!.ReadAsStringAsync(cancellationToken);
            Written.Enqueue(body);
            return new HttpResponseMessage(HttpStatusCode.Created) { Content = new StringContent(body) };
        }
    }
}
