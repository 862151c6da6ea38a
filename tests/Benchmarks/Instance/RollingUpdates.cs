using System.Diagnostics;
using System.Globalization;
using System.Net;
using Testing;

namespace Benchmarks.Instance;

/// <summary>
/// Ten rolling updates of an app with one replica, the hardest case, while requests arrive at a constant rate that waits for no answer: a stall makes late answers and
/// not fewer requests. They ask for a static file, at a rate below what the sample serves on a loaded machine (busybox httpd starts a process for each connection,
/// 330/s for a core of its own), so that what fails is the routing and not the app.
/// </summary>
internal static class RollingUpdates
{
    private const int Updates = 10;
    private const int Rate = 50;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static async Task<Figure> RunAsync(PortalInstance portal, FirstApp app, string host)
    {
        using var stop = new CancellationTokenSource();
        var load = LoadAsync(portal, host, stop.Token);
        for (var update = 0; update < Updates; update++)
            await app.DeployAsync(update % 2 == 0 ? 2 : 1);
        await stop.CancelAsync();
        var (rate, answers) = await load;
        var failed = answers.Where(answer => answer.Fault is not null).ToArray();
        foreach (var faults in failed.GroupBy(answer => answer.Fault))
            await Console.Error.WriteLineAsync($"{faults.Count()} x {faults.Key}");
        var times = answers.Select(answer => answer.Milliseconds).Order().ToArray();
        return new Figure(
            "failed requests during 10 rolling updates under constant load",
            string.Create(CultureInfo.InvariantCulture, $"{failed.Length} of {answers.Length} at {rate:0}/s, p50 {times[times.Length / 2]:0} ms, p99 {times[times.Length * 99 / 100]:0} ms"),
            "0");
    }

    private static async Task<(double Rate, Answer[] Answers)> LoadAsync(PortalInstance portal, string host, CancellationToken stop)
    {
        using var client = new HttpClient { Timeout = Patience };
        using var timer = new PeriodicTimer(Tick);
        List<Task<Answer>> sent = [];
        var clock = Stopwatch.StartNew();
        while (!stop.IsCancellationRequested)
        {
            for (var due = (int)(clock.Elapsed.TotalSeconds * Rate); sent.Count < due;)
                sent.Add(AskAsync(client, new Uri(portal.Ingress, "/health"), host));
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }

        var rate = sent.Count / clock.Elapsed.TotalSeconds;
        return (rate, await Task.WhenAll(sent));
    }

    private static async Task<Answer> AskAsync(HttpClient client, Uri address, string host)
    {
        var started = Stopwatch.GetTimestamp();
        string? fault;
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Host = host;
            using var response = await client.SendAsync(request);
            fault = response.StatusCode == HttpStatusCode.OK ? null : $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}";
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            fault = exception.Message;
        }

        return new Answer(Stopwatch.GetElapsedTime(started).TotalMilliseconds, fault);
    }

    private sealed record Answer(double Milliseconds, string? Fault);
}
