using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using k8s;
using Kube.Machinery.Client;
using Testing;

namespace Benchmarks.Instance;

/// <summary>Durable creates of 1 KB ConfigMaps through the whole API over TLS; the clients share the machine with the server.</summary>
internal static class ApiCreates
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(8);

    public static async Task<IReadOnlyList<Figure>> RunAsync(PortalInstance portal)
    {
        var figures = new List<Figure>();
        await portal.KubectlOkAsync("create", "namespace", "bench-creates");
        await MeasureAsync(portal, 20, "warm", TimeSpan.FromSeconds(3));
        foreach (var (clients, target) in new[] { (1, "1000/s, p99 4 ms"), (20, "4500/s, p99 15 ms"), (200, "5000/s, p99 120 ms") })
        {
            var (rate, p50, p99) = await MeasureAsync(portal, clients, $"c{clients}", Length);
            figures.Add(new Figure(
                string.Create(CultureInfo.InvariantCulture, $"durable creates of 1 KB ConfigMaps over TLS, {clients} clients"),
                string.Create(CultureInfo.InvariantCulture, $"{rate:0}/s, p50 {p50:0.0} ms, p99 {p99:0.0} ms"),
                target));
        }

        await portal.KubectlAsync("delete", "namespace", "bench-creates", "--wait=false");
        return figures;
    }

    private static async Task<(double Rate, double P50, double P99)> MeasureAsync(PortalInstance portal, int clients, string prefix, TimeSpan length)
    {
        // Twenty clients a connection, as HTTP/2 clients of Kubernetes share theirs.
        var connections = Enumerable.Range(0, Math.Max(1, clients / 20)).Select(_ => (Kubernetes)KubeClients.FromKubeconfig(portal.AdminKubeconfig)).ToArray();
        var value = new string('x', 1000);
        var times = new List<double>[clients];
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            var mine = times[client] = [];
            var connection = connections[client % connections.Length];
            for (var number = 0; clock.Elapsed < length; number++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(connection.BaseUri, "api/v1/namespaces/bench-creates/configmaps"))
                {
                    Version = HttpVersion.Version20,
                    Content = new StringContent($$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{prefix}}}-{{{client}}}-{{{number}}}"},"data":{"value":"{{{value}}}"}}""", Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
                };
                var started = Stopwatch.GetTimestamp();
                using var response = await connection.HttpClient.SendAsync(request);
                response.EnsureSuccessStatusCode();
                mine.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
        })));
        var elapsed = clock.Elapsed.TotalSeconds;
        foreach (var connection in connections)
            connection.Dispose();
        var all = times.SelectMany(list => list).Order().ToArray();
        return (all.Length / elapsed, all[all.Length / 2], all[all.Length * 99 / 100]);
    }
}
