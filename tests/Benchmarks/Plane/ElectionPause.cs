using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Benchmarks.Instance;

namespace Benchmarks.Plane;

/// <summary>Keeps a component (<c>kube-scheduler</c>, <c>kube-controller-manager</c>) from leading, by holding and renewing its Lease as another candidate would.</summary>
internal sealed class ElectionPause
{
    private const string Holder = "bench";
    private static readonly TimeSpan Renewal = TimeSpan.FromMilliseconds(500);
    private readonly HttpClient _http;
    private readonly string _lease;
    private readonly Task _renewing;
    private volatile bool _ended;

    private ElectionPause(HttpClient http, string lease)
    {
        (_http, _lease) = (http, lease);
        _renewing = RenewAsync();
    }

    /// <summary>Takes the Lease and waits until the component has let go.</summary>
    public static async Task<ElectionPause> BeginAsync(ApiClients api, string component)
    {
        var pause = new ElectionPause(api.Connect(), "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/" + component);
        // It looks at its Lease every other second.
        await Task.Delay(TimeSpan.FromSeconds(5));
        return pause;
    }

    /// <summary>Gives the Lease up and waits until the component has it.</summary>
    /// <returns>When it has, as a stopwatch's timestamp.</returns>
    public async Task<long> EndAsync()
    {
        _ended = true;
        await _renewing;
        await PatchAsync("");
        while (true)
        {
            var lease = JsonNode.Parse(await _http.GetStringAsync(_lease));
            if ((string?)lease?["spec"]?["holderIdentity"] is { Length: > 0 } holder && holder != Holder) return Stopwatch.GetTimestamp();
            await Task.Delay(5);
        }
    }

    private async Task RenewAsync()
    {
        while (!_ended)
        {
            await PatchAsync(Holder);
            await Task.Delay(Renewal);
        }
    }

    private async Task PatchAsync(string holder)
    {
        var now = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
        using var content = new StringContent($$$$"""{"spec":{"holderIdentity":"{{{{holder}}}}","leaseDurationSeconds":15,"renewTime":"{{{{now}}}}"}}""", null, "application/merge-patch+json");
        using var answer = await _http.PatchAsync(_lease, content);
        answer.EnsureSuccessStatusCode();
    }
}
