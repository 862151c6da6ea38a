using System.Globalization;
using Testing;

namespace Benchmarks.Instance;

/// <summary>Durable creates of 1 KB ConfigMaps through the whole API over TLS; the clients share the machine with the server.</summary>
internal static class ApiCreates
{
    private const string Path = "/api/v1/namespaces/bench-creates/configmaps";
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(8);

    public static async Task<IReadOnlyList<Figure>> RunAsync(PortalInstance portal, ApiClients api)
    {
        var figures = new List<Figure>();
        await portal.KubectlOkAsync("create", "namespace", "bench-creates");
        await MeasureAsync(api, 20, "warm");
        foreach (var (clients, target) in new[] { (1, "1000/s, p99 4 ms"), (20, "4500/s, p99 15 ms"), (200, "5000/s, p99 120 ms") })
        {
            var (rate, times) = await MeasureAsync(api, clients, $"c{clients}");
            figures.Add(new Figure(
                string.Create(CultureInfo.InvariantCulture, $"durable creates of 1 KB ConfigMaps over TLS, {clients} clients"),
                string.Create(CultureInfo.InvariantCulture, $"{rate:0}/s, p50 {ApiClients.At(times, 0.5)}, p99 {ApiClients.At(times, 0.99)}"),
                target));
        }

        // Gone before the next row begins: so many deletions would be measured with it.
        await portal.KubectlOkAsync("delete", "namespace", "bench-creates", "--timeout=180s");
        return figures;
    }

    private static Task<(double Rate, double[] Times)> MeasureAsync(ApiClients api, int clients, string prefix) => api.LoopAsync(clients, Length, async (http, client, number) =>
    {
        using var content = ApiClients.Json(ApiClients.ConfigMap(string.Create(CultureInfo.InvariantCulture, $"{prefix}-{client}-{number}")));
        using var response = await http.PostAsync(Path, content);
        response.EnsureSuccessStatusCode();
    });
}
