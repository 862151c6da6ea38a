using System.Globalization;
using Testing;

namespace Benchmarks.Instance;

/// <summary>What one tenant's flood costs another: its ordinary work alone and beside 200 clients of the other that never pause.</summary>
internal static class ApiFlood
{
    private const int Flooders = 200;
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(8);

    public static async Task<Figure> RunAsync(PortalInstance portal, ApiClients api)
    {
        var (loud, quiet) = (await TenantAsync(portal, "loud"), await TenantAsync(portal, "quiet"));
        await WorkAsync(api, quiet, "warm");
        var alone = await WorkAsync(api, quiet, "alone");
        var flood = api.LoopAsync(Flooders, Length + Length, async (http, client, number) =>
        {
            using var content = ApiClients.Json(ApiClients.ConfigMap(string.Create(CultureInfo.InvariantCulture, $"flood-{client}-{number}")));
            using var response = await http.PostAsync("/api/v1/namespaces/loud/configmaps?dryRun=All", content);
        }, loud);
        await Task.Delay(Length / 4);
        var beside = await WorkAsync(api, quiet, "beside");
        var (flooded, _) = await flood;
        return new Figure(
            string.Create(CultureInfo.InvariantCulture, $"a tenant's create and get beside {Flooders} clients of another that never pause"),
            string.Create(CultureInfo.InvariantCulture, $"p50 {ApiClients.At(alone, 0.5)} alone, {ApiClients.At(beside, 0.5)} beside; p99 {ApiClients.At(alone, 0.99)} and {ApiClients.At(beside, 0.99)}; the flood got {flooded:0}/s"),
            "");
    }

    private static async Task<string> TenantAsync(PortalInstance portal, string ns)
    {
        await portal.KubectlOkAsync("create", "namespace", ns);
        await portal.KubectlOkAsync("create", "serviceaccount", "worker", "-n", ns);
        await portal.KubectlOkAsync("create", "rolebinding", "edit", "-n", ns, "--clusterrole=edit", $"--serviceaccount={ns}:worker");
        return (await portal.KubectlOkAsync("create", "token", "worker", "-n", ns)).Trim();
    }

    private static async Task<double[]> WorkAsync(ApiClients api, string token, string round) => (await api.LoopAsync(1, Length, async (http, _, number) =>
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{round}-{number / 2}");
        using var content = number % 2 == 0 ? ApiClients.Json(ApiClients.ConfigMap(name)) : null;
        using var response = content is null ? await http.GetAsync($"/api/v1/namespaces/quiet/configmaps/{name}") : await http.PostAsync("/api/v1/namespaces/quiet/configmaps", content);
        response.EnsureSuccessStatusCode();
    }, token)).Times;
}
