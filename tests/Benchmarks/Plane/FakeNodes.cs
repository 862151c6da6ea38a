using System.Diagnostics;
using System.Globalization;
using Benchmarks.Instance;

namespace Benchmarks.Plane;

/// <summary>
/// Nodes whose agents do on the API what a real agent does while nothing happens: each has registered with its size, renews its Lease every two seconds and follows its own pods.
/// They have no addresses, so nothing ever sends to them.
/// </summary>
internal sealed class FakeNodes : IAsyncDisposable
{
    private const int WatchesOnOneConnection = 250;
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);
    private readonly ApiClients _api;
    private readonly int _count;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _work = [];

    private FakeNodes(ApiClients api, int count) => (_api, _count) = (api, count);

    public static string Name(int number) => "sim-" + number.ToString("00000", CultureInfo.InvariantCulture);

    /// <summary>Registers nodes and starts their agents.</summary>
    /// <param name="api">The instance.</param>
    /// <param name="count">How many.</param>
    /// <param name="live">Whether their agents run; without them the nodes are objects, and nobody may look after silent nodes.</param>
    public static async Task<FakeNodes> StartAsync(ApiClients api, int count, bool live)
    {
        var nodes = new FakeNodes(api, count);
        await api.FillAsync("/api/v1/nodes", count, Node);
        if (!live) return nodes;
        await api.FillAsync("/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases", count, Lease);
        nodes._work.Add(nodes.RenewAsync());
        var connection = api.Connect();
        for (var i = 0; i < count; i++)
        {
            if (i > 0 && i % WatchesOnOneConnection == 0) connection = api.Connect();
            nodes._work.Add(nodes.FollowAsync(connection, Name(i)));
        }

        return nodes;
    }

    /// <summary>Ends the agents and removes the nodes.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_work);
        var http = _api.Connect();
        await Parallel.ForEachAsync(Enumerable.Range(0, _count), new ParallelOptions { MaxDegreeOfParallelism = 50 }, async (i, _) =>
        {
            using var node = await http.DeleteAsync("/api/v1/nodes/" + Name(i), CancellationToken.None);
        });
        _stop.Dispose();
    }

    private static string Now() => DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);

    // 32 cores, 64 GiB, 110 pods: the node of scheduler_perf, but for its pod range, which is set so that none has to be given.
    private static string Node(int i) => $$$$$"""
        {"apiVersion":"v1","kind":"Node","metadata":{"name":"{{{{{Name(i)}}}}}","labels":{"kubernetes.io/hostname":"{{{{{Name(i)}}}}}","kubernetes.io/os":"linux","topology.kubernetes.io/zone":"z{{{{{i % 3}}}}}","bench/simulated":"true"}},
         "spec":{"podCIDR":"100.{{{{{64 + (i / 256)}}}}}.{{{{{i % 256}}}}}.0/24","podCIDRs":["100.{{{{{64 + (i / 256)}}}}}.{{{{{i % 256}}}}}.0/24"]},
         "status":{"capacity":{"cpu":"32","memory":"64Gi","pods":"110"},"allocatable":{"cpu":"32","memory":"64Gi","pods":"110"},
          "conditions":[{"type":"Ready","status":"True","reason":"KubeletReady","message":"simulated","lastHeartbeatTime":"{{{{{Now()[..19]}}}}}Z","lastTransitionTime":"{{{{{Now()[..19]}}}}}Z"}],
          "nodeInfo":{"machineID":"m","systemUUID":"u","bootID":"b","kernelVersion":"6","osImage":"simulated","containerRuntimeVersion":"none://1","kubeletVersion":"v1.32.0","kubeProxyVersion":"v1.32.0","operatingSystem":"linux","architecture":"amd64"}}}
        """;

    private static string Lease(int i) => $$$$$"""
        {"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"{{{{{Name(i)}}}}}","namespace":"kube-node-lease"},"spec":{"holderIdentity":"{{{{{Name(i)}}}}}","leaseDurationSeconds":6,"renewTime":"{{{{{Now()}}}}}"}}
        """;

    // All renewals spread evenly over the period, as agents started at any time are.
    private async Task RenewAsync()
    {
        var http = _api.Connect();
        using var limit = new SemaphoreSlim(64);
        try
        {
            var clock = Stopwatch.StartNew();
            for (long n = 0; ; n++)
            {
                var due = (n * Renewal / _count) - clock.Elapsed;
                if (due > TimeSpan.Zero) await Task.Delay(due < Pace ? Pace : due, _stop.Token);
                await limit.WaitAsync(_stop.Token);
                var name = Name((int)(n % _count));
                _ = Task.Run(async () =>
                {
                    try
                    {
                        using var content = new StringContent($$$$$"""{"spec":{"renewTime":"{{{{{Now()}}}}}"}}""", null, "application/merge-patch+json");
                        using var answer = await http.PatchAsync("/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/" + name, content, _stop.Token);
                    }
                    catch (Exception e) when (e is OperationCanceledException or HttpRequestException)
                    {
                        // A renewal missed is one that an agent would miss too.
                    }
                    finally
                    {
                        limit.Release();
                    }
                });
            }
        }
        catch (OperationCanceledException)
        {
            // The nodes go.
            while (limit.CurrentCount < 64) await Task.Delay(10);
        }
    }

    private async Task FollowAsync(HttpClient http, string name)
    {
        var buffer = new byte[4096];
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                using var answer = await http.GetAsync($"/api/v1/pods?watch=true&fieldSelector=spec.nodeName%3D{name}&timeoutSeconds=3600", HttpCompletionOption.ResponseHeadersRead, _stop.Token);
                await using var stream = await answer.Content.ReadAsStreamAsync(_stop.Token);
                while (await stream.ReadAsync(buffer, _stop.Token) > 0)
                {
                    // Its content is a real agent's work, not this one's.
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
        {
            // The node goes.
        }
    }
}
