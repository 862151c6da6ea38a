using System.Globalization;
using Testing;

namespace Benchmarks.Instance;

/// <summary>A second node in a network namespace of its own is killed; its pods are awaited on the first.</summary>
internal static class NodeLoss
{
    private const string Namespace = "bench-node-loss";

    public static async Task<Figure> RunAsync(PortalInstance portal)
    {
        await using var second = await SecondNode.JoinAsync(portal);
        await portal.KubectlOkAsync("create", "namespace", Namespace);
        await portal.KubectlOkAsync("create", "deployment", "spread", "--image=localhost/portal/hello:1", "--replicas=4", "-n", Namespace);
        await portal.KubectlOkAsync("rollout", "status", "deployment/spread", "--timeout=90s", "-n", Namespace);
        var elapsed = await second.LoseAsync(Namespace, pods: 4);
        await portal.KubectlAsync("delete", "namespace", Namespace, "--wait=false");
        return new Figure("node killed to its pods running elsewhere", string.Create(CultureInfo.InvariantCulture, $"{elapsed.TotalSeconds:0.0} s"), "at most 15 s");
    }
}
