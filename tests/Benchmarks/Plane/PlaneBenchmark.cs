using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Benchmarks.Instance;
using Testing;

namespace Benchmarks.Plane;

/// <summary>
/// The whole control plane with simulated nodes: pods created through the API, placed by the scheduler, bound durably in PostgreSQL and seen on a watch, all over TLS on one machine. Rows:
/// a pods onto nodes, b the same with pods waiting that no node takes, c many Deployments at once, d idle, e how evenly nodes are used. See <see cref="PlaneSizes"/> for the arguments.
/// </summary>
internal static class PlaneBenchmark
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    public static async Task<IReadOnlyList<Figure>> RunAsync(string[] arguments)
    {
        var sizes = PlaneSizes.Read(arguments);
        var figures = new List<Figure>();
        if (sizes.Rows.AsSpan().IndexOfAny("abce") >= 0)
        {
            await using var portal = new PortalInstance("bench-plane");
            await UpAsync(portal);
            using var api = new ApiClients(portal);
            if (sizes.Rows.AsSpan().IndexOfAny("abe") >= 0) await PodsAsync(portal, api, sizes, figures);
            if (sizes.Rows.Contains('c', StringComparison.Ordinal)) Report(figures, await DeploymentsAsync(portal, api, sizes));
        }

        // An instance of its own: what the rows before left in memory is not idleness.
        if (sizes.Rows.Contains('d', StringComparison.Ordinal)) Report(figures, [.. await IdleAsync(sizes)]);
        return figures;
    }

    // As scheduler_perf measures it: API server, store and scheduler; controllers rest, so that nodes without agents do not count as lost.
    private static async Task PodsAsync(PortalInstance portal, ApiClients api, PlaneSizes sizes, List<Figure> figures)
    {
        var controllers = await ElectionPause.BeginAsync(api, "kube-controller-manager");
        await using (await FakeNodes.StartAsync(api, sizes.Nodes, live: false))
        {
            // The first run is the one in which the server's code gets compiled.
            await PlaceAsync(portal, api, "warm", Math.Max(100, sizes.Pods / 5));
            await EmptyAsync(api, "warm");
            var (alone, use) = await PlaceAsync(portal, api, "alone", sizes.Pods);
            Report(figures, new Figure(Invariant($"{sizes.Pods} pods onto {sizes.Nodes} nodes, first visible to last bind durable and seen"), Invariant($"{alone:0} pods/s ({use})"), "at least 2000/s"));
            if (sizes.Rows.Contains('e', StringComparison.Ordinal)) Report(figures, await EvennessAsync(api, sizes));
            await EmptyAsync(api, "alone");
            if (sizes.Rows.Contains('b', StringComparison.Ordinal))
            {
                // Here the scheduler leads all the time: what reading the waiting ones costs a new leader is not what they cost while they wait.
                var before = await FlowAsync(portal, api, "before", sizes.Pods);
                await EmptyAsync(api, "before");
                await WaitingAsync(portal, api, sizes.Waiting);
                var beside = await FlowAsync(portal, api, "beside", sizes.Pods);
                Report(figures, new Figure(Invariant($"created and bound, {sizes.Pods} pods onto {sizes.Nodes} nodes with {sizes.Waiting} unschedulable ones waiting"), Invariant($"{beside:0} pods/s, {(1 - (beside / before)) * 100:0} % slower than {before:0} without"), "at most 10 % slower"));
                await EmptyAsync(api, "beside");
                await EmptyAsync(api, "waiting");
            }
        }

        await controllers.EndAsync();
    }

    // As deploy/up builds it, compiled ahead of time, without a node of this machine.
    private static async Task UpAsync(PortalInstance portal)
    {
        var up = await portal.UpAsync("--", "--without-node");
        if (up.ExitCode != 0) throw new InvalidOperationException(up.Output + up.Error);
    }

    private static void Report(List<Figure> figures, params Figure[] found)
    {
        figures.AddRange(found);
        foreach (var figure in found) Console.Error.WriteLine($"{figure.Name}: {figure.Value}");
    }

    private static async Task<(double Rate, string Use)> PlaceAsync(PortalInstance portal, ApiClients api, string ns, int pods)
    {
        await portal.KubectlOkAsync("create", "namespace", ns);
        await using var binds = await BindWatch.StartAsync(api, ns);
        var scheduler = await ElectionPause.BeginAsync(api, "kube-scheduler");
        await api.FillAsync($"/api/v1/namespaces/{ns}/pods", pods, n => Pod(n, ""));
        // What creating them left behind is not part of placing them.
        await Task.Delay(TimeSpan.FromSeconds(2));
        if (binds.Seen > 0) throw new InvalidOperationException("The scheduler did not pause.");
        var before = ProcessUse.Read(portal);
        var started = await scheduler.EndAsync();
        var last = await binds.WaitAsync(pods, Patience);
        var after = ProcessUse.Read(portal);
        var seconds = Stopwatch.GetElapsedTime(started, last).TotalSeconds;
        return (pods / seconds, Invariant($"{(after.ServerSeconds - before.ServerSeconds) / pods * 1e6:0} µs of the server and {(after.DatabaseSeconds - before.DatabaseSeconds) / pods * 1e6:0} µs of PostgreSQL a pod"));
    }

    // From the first create to the last bind seen, with the scheduler at work meanwhile.
    private static async Task<double> FlowAsync(PortalInstance portal, ApiClients api, string ns, int pods)
    {
        await portal.KubectlOkAsync("create", "namespace", ns);
        await using var binds = await BindWatch.StartAsync(api, ns);
        var started = Stopwatch.GetTimestamp();
        await api.FillAsync($"/api/v1/namespaces/{ns}/pods", pods, n => Pod(n, ""));
        return pods / Stopwatch.GetElapsedTime(started, await binds.WaitAsync(pods, Patience)).TotalSeconds;
    }

    // Sizes from a fixed seed, 100 to 800 thousandths of a core.
    private static string Pod(int n, string selector) => Invariant($$$$$"""
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"p{{{{{n}}}}}","labels":{"app":"a{{{{{n % 100}}}}}"}},"spec":{{{{{{selector}}}}}"terminationGracePeriodSeconds":0,"automountServiceAccountToken":false,"containers":[{"name":"c","image":"localhost/none:1","resources":{"requests":{"cpu":"{{{{{Millis(n)}}}}}m","memory":"{{{{{Millis(n)}}}}}Mi"}}}]}}
        """);

    private static int Millis(int n) => 100 * (1 + (int)((uint)(n * 2654435761) >> 29));

    private static async Task WaitingAsync(PortalInstance portal, ApiClients api, int count)
    {
        await portal.KubectlOkAsync("create", "namespace", "waiting");
        await api.FillAsync("/api/v1/namespaces/waiting/pods", count, n => Pod(n, "\"nodeSelector\":{\"bench/none\":\"true\"},"));
        var clock = Stopwatch.StartNew();
        var http = api.Connect();
        // All have been told so when the last one's condition is written.
        while (!(await http.GetStringAsync(Invariant($"/api/v1/namespaces/waiting/pods/p{count - 1}"))).Contains("Unschedulable", StringComparison.Ordinal))
        {
            if (clock.Elapsed > Patience) throw new TimeoutException("The waiting pods got no condition.");
            await Task.Delay(200);
        }

        await Task.Delay(TimeSpan.FromSeconds(5));
    }

    private static async Task EmptyAsync(ApiClients api, string ns)
    {
        var http = api.Connect();
        using var answer = await http.DeleteAsync($"/api/v1/namespaces/{ns}/pods?gracePeriodSeconds=0");
        answer.EnsureSuccessStatusCode();
        await Task.Delay(TimeSpan.FromSeconds(3));
    }

    private static async Task<Figure> EvennessAsync(ApiClients api, PlaneSizes sizes)
    {
        var nodes = new double[sizes.Nodes];
        var list = JsonNode.Parse(await api.Connect().GetStringAsync("/api/v1/namespaces/alone/pods"))!["items"]!.AsArray();
        foreach (var pod in list) nodes[int.Parse(((string)pod!["spec"]!["nodeName"]!)[4..], CultureInfo.InvariantCulture)] += Share(int.Parse(((string)pod["metadata"]!["name"]!)[1..], CultureInfo.InvariantCulture));
        // The same pods in the order of their creation, each to the node that is least allocated of all.
        var plain = new double[sizes.Nodes];
        var order = new PriorityQueue<int, double>(Enumerable.Range(0, sizes.Nodes).Select(i => (i, 0.0)));
        for (var n = 0; n < sizes.Pods; n++)
        {
            var least = order.Dequeue();
            plain[least] += Share(n);
            order.Enqueue(least, plain[least]);
        }

        return new Figure("spread of utilisation over nodes, standard deviation", Invariant($"{Deviation(nodes):0.0000} (least-allocated: {Deviation(plain):0.0000})"), "no worse than least-allocated");
    }

    // Half the share of the processor and half that of the memory.
    private static double Share(int n) => ((Millis(n) / 32_000.0) + (Millis(n) / 65_536.0)) / 2;

    private static double Deviation(double[] values)
    {
        var mean = values.Average();
        return Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
    }

    private static async Task<Figure> DeploymentsAsync(PortalInstance portal, ApiClients api, PlaneSizes sizes)
    {
        await using var nodes = await FakeNodes.StartAsync(api, sizes.IdleNodes, live: true);
        // The first run is the one in which the server's code gets compiled.
        await RollOutAsync(portal, api, "first", Math.Max(20, sizes.Deployments / 5), sizes.Replicas);
        await Task.Delay(TimeSpan.FromSeconds(3));
        var before = ProcessUse.Read(portal);
        var (created, seconds) = await RollOutAsync(portal, api, "deployments", sizes.Deployments, sizes.Replicas);
        var after = ProcessUse.Read(portal);
        var pods = sizes.Deployments * sizes.Replicas;
        return new Figure(
            Invariant($"{sizes.Deployments} Deployments of {sizes.Replicas} created at once to all pods bound, {sizes.IdleNodes} live nodes"),
            Invariant($"{pods / seconds:0} pods/s (Deployments created within {created:0.0} s; {(after.ServerSeconds - before.ServerSeconds) / pods * 1e6:0} µs of the server a pod)"),
            "at least 1000/s");
    }

    private static async Task<(double Created, double Bound)> RollOutAsync(PortalInstance portal, ApiClients api, string ns, int deployments, int replicas)
    {
        await portal.KubectlOkAsync("create", "namespace", ns);
        await using var binds = await BindWatch.StartAsync(api, ns);
        var started = Stopwatch.GetTimestamp();
        await api.FillAsync($"/apis/apps/v1/namespaces/{ns}/deployments", deployments, n => Invariant($$$$$"""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d{{{{{n}}}}}"},"spec":{"replicas":{{{{{replicas}}}}},"selector":{"matchLabels":{"app":"d{{{{{n}}}}}"}},"template":{"metadata":{"labels":{"app":"d{{{{{n}}}}}"}},"spec":{"terminationGracePeriodSeconds":0,"automountServiceAccountToken":false,"containers":[{"name":"c","image":"localhost/none:1","resources":{"requests":{"cpu":"100m","memory":"100Mi"}}}]}}}}
            """));
        var created = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return (created, Stopwatch.GetElapsedTime(started, await binds.WaitAsync(deployments * replicas, Patience)).TotalSeconds);
    }

    private static async Task<IEnumerable<Figure>> IdleAsync(PlaneSizes sizes)
    {
        await using var portal = new PortalInstance("bench-plane-idle");
        await UpAsync(portal);
        using var api = new ApiClients(portal);
        await using var nodes = await FakeNodes.StartAsync(api, sizes.IdleNodes, live: true);
        await portal.KubectlOkAsync("create", "namespace", "idle");
        await api.FillAsync("/api/v1/namespaces/idle/pods", sizes.IdlePods, n => Pod(n, Invariant($"\"nodeName\":\"{FakeNodes.Name(n % sizes.IdleNodes)}\",")));
        var http = Enumerable.Range(0, 4).Select(_ => api.Connect()).ToArray();
        await Parallel.ForEachAsync(Enumerable.Range(0, sizes.IdlePods), new ParallelOptions { MaxDegreeOfParallelism = 100 }, async (n, cancel) =>
        {
            using var content = new StringContent("""{"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}],"containerStatuses":[{"name":"c","image":"i","imageID":"","ready":true,"started":true,"restartCount":0,"state":{"running":{}}}]}}""", null, "application/merge-patch+json");
            using var answer = await http[n % http.Length].PatchAsync(Invariant($"/api/v1/namespaces/idle/pods/p{n}/status"), content, cancel);
            answer.EnsureSuccessStatusCode();
        });
        await Task.Delay(TimeSpan.FromSeconds(Math.Min(30, sizes.IdleSeconds)));
        var before = ProcessUse.Read(portal);
        var clock = Stopwatch.StartNew();
        await Task.Delay(TimeSpan.FromSeconds(sizes.IdleSeconds));
        var after = ProcessUse.Read(portal);
        var (server, database) = ((after.ServerSeconds - before.ServerSeconds) / clock.Elapsed.TotalSeconds * 100, (after.DatabaseSeconds - before.DatabaseSeconds) / clock.Elapsed.TotalSeconds * 100);
        var name = Invariant($"idle with {sizes.IdleNodes} simulated nodes and {sizes.IdlePods} pods: ");
        return
        [
            new Figure(name + "processor", Invariant($"{server:0.0} % of a core, PostgreSQL {database:0.0} %"), "at most 5 % of a core"),
            new Figure(name + "memory of the server", Invariant($"{after.ServerMegabytes:0} MB"), "at most 400 MB"),
        ];
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
