using System.Diagnostics;
using System.Globalization;
using Testing;

namespace Benchmarks.Healing;

/// <summary>
/// How fast what is broken runs again, with real agents and containers: <c>bench healing [losses] [seconds]</c>. The second node, in a network namespace of its own, is lost
/// in each way in turn; containers are killed; and for some seconds every core is kept busy while nothing may be taken for lost.
/// </summary>
internal static class HealingBenchmark
{
    private const string Namespace = "healing";
    private const int Webs = 2;
    private const int Crashes = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<IReadOnlyList<Figure>> RunAsync(string[] arguments)
    {
        var losses = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 9;
        var seconds = arguments.Length > 1 ? int.Parse(arguments[1], CultureInfo.InvariantCulture) : 60;
        await using var portal = new PortalInstance("healing");
        await portal.StartAsync();
        await using var second = await SecondNode.JoinAsync(portal);
        await using var view = await ClusterView.OpenAsync(portal);
        await using var lives = new LifeSpans(Namespace, HomeWorkloads.Database, Path.Combine(portal.Data, "agent"), second.Data);
        await HomeWorkloads.DeclareAsync(portal, Namespace, Webs);
        var figures = new List<Figure>();
        figures.AddRange(await LoseAsync(portal, second, view, losses));
        var overlaps = lives.Overlaps();
        foreach (var overlap in overlaps)
            await Console.Error.WriteLineAsync("two at once: " + overlap);
        figures.Add(new Figure("stateful pod: times two of one identity wrote at once", $"{overlaps.Count} of {lives.Count} containers", "0"));
        figures.Add(await CrashAsync(portal, view));
        figures.Add(await SaturateAsync(view, TimeSpan.FromSeconds(seconds)));
        return figures;
    }

    private static async Task<IEnumerable<Figure>> LoseAsync(PortalInstance portal, SecondNode second, ClusterView view, int losses)
    {
        LossKind[] kinds = [LossKind.Killed, LossKind.Silent, LossKind.Suspended];
        var notReady = kinds.ToDictionary(k => k, _ => new Times());
        var elsewhere = kinds.ToDictionary(k => k, _ => new Times());
        var stateful = kinds.ToDictionary(k => k, _ => new Times());
        for (var loss = 0; loss < losses; loss++)
        {
            var kind = kinds[loss % kinds.Length];
            await HomeWorkloads.PlaceAsync(portal, view, Namespace, Webs);
            var before = view.Running(Namespace).Select(p => p.Metadata.Uid).ToHashSet();
            var since = Stopwatch.GetTimestamp();
            await second.LoseAsync(kind);
            var found = view.WhenAsync(since, () => !view.IsReady(SecondNode.Name), Patience);
            var moved = view.WhenAsync(since, () => view.Running(Namespace).Count(p => IsElsewhere(p, "web")) >= Webs, Patience);
            var replaced = view.WhenAsync(since, () => view.Running(Namespace).Any(p => IsElsewhere(p, "db") && !before.Contains(p.Metadata.Uid)), Patience);
            var times = await Task.WhenAll(found, moved, replaced);
            notReady[kind].Add(times[0]);
            elsewhere[kind].Add(times[1]);
            stateful[kind].Add(times[2]);
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{kind}: NotReady {times[0]?.TotalSeconds:0.00} s, elsewhere {times[1]?.TotalSeconds:0.00} s, stateful {times[2]?.TotalSeconds:0.00} s"));
            await second.ReturnAsync(kind);
            await view.RequireAsync("the second node Ready again", () => view.IsReady(SecondNode.Name) && view.Nodes.Get(null, SecondNode.Name)!.Spec?.Taints?.Any(t => t.Effect == "NoExecute") != true, Patience);
        }

        return kinds.Take(losses).SelectMany(kind => (Figure[])
        [
            notReady[kind].Figure($"{Words(kind)}: NotReady", kind switch { LossKind.Killed => "at most 0.5 s", LossKind.Silent => "at most 3 s", _ => "at most 5 s" }),
            elsewhere[kind].Figure($"{Words(kind)}: stateless pods Running elsewhere", kind == LossKind.Suspended ? "p99 at most 8 s" : "p99 at most 5 s"),
            stateful[kind].Figure($"{Words(kind)}: stateful pod Running elsewhere", "at most 15 s"),
        ]);
    }

    private static string Words(LossKind kind) => kind switch { LossKind.Killed => "agent killed", LossKind.Silent => "machine silent", _ => "agent suspended" };

    private static bool IsElsewhere(k8s.Models.V1Pod pod, string app) => pod.Spec.NodeName != SecondNode.Name && pod.Metadata.Labels["app"] == app;

    private static async Task<Figure> CrashAsync(PortalInstance portal, ClusterView view)
    {
        await portal.KubectlOkAsync("create", "deployment", "crash", "-n", Namespace, "--image=localhost/portal/hello:1", $"--replicas={Crashes}", "--", "sleep", "3600");
        await portal.KubectlOkAsync("rollout", "status", "deployment/crash", "-n", Namespace, "--timeout=120s");
        var times = new Times();
        foreach (var pod in view.Running(Namespace).Where(p => p.Metadata.Labels["app"] == "crash").ToArray())
        {
            using var process = Containers.FirstProcess(pod.Status.ContainerStatuses[0].ContainerID);
            var since = Stopwatch.GetTimestamp();
            process.Kill();
            times.Add(await view.WhenAsync(since, () => view.Pods.Get(Namespace, pod.Metadata.Name)?.Status.ContainerStatuses[0] is { RestartCount: 1, State.Running: not null }, Patience));
        }

        await portal.KubectlOkAsync("delete", "deployment", "crash", "-n", Namespace, "--wait=false");
        return times.Figure("container killed to its first restart seen on a watch", "at most 0.2 s");
    }

    private static async Task<Figure> SaturateAsync(ClusterView view, TimeSpan length)
    {
        var lost = 0;
        var evicted = new HashSet<string>();
        using var nodes = view.Nodes.Subscribe(change => lost += change.Old is not null && change.Object.Status?.Conditions?.Any(c => c is { Type: "Ready", Status: not "True" }) == true ? 1 : 0);
        using var pods = view.Pods.Subscribe(change =>
        {
            if (change.Object.Status?.Conditions?.Any(c => c is { Type: "DisruptionTarget", Status: "True" }) == true)
                evicted.Add(change.Object.Metadata.Uid);
        });
        evicted.Clear();
        var burners = Enumerable.Range(0, 2 * Environment.ProcessorCount).Select(_ => Process.Start(new ProcessStartInfo("/bin/sh") { ArgumentList = { "-c", "while :; do :; done" } })!).ToArray();
        try
        {
            await Task.Delay(length, TimeProvider.System);
        }
        finally
        {
            foreach (var burner in burners)
            {
                burner.Kill();
                burner.Dispose();
            }
        }

        return new Figure(string.Create(CultureInfo.InvariantCulture, $"false evictions in {length.TotalSeconds:0} s with all cores saturated"), $"{evicted.Count} pods evicted; {lost} times a node shown as not ready", "0");
    }
}
