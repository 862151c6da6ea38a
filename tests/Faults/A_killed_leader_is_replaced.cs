using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Testing;
using Xunit;

namespace Faults;

/// <summary>
/// Two further server processes beside the first, which is killed once; then the leader of the two is killed with -9 again and again and started again as a
/// follower. Writes go on at the other within seconds, nothing acknowledged is lost or doubled, and watches on both see every revision once and in order.
/// </summary>
public sealed class A_killed_leader_is_replaced : IAsyncLifetime
{
    private const int Rounds = 30;
    private const int Writers = 6;
    private readonly PortalInstance _portal = new("leaders");
    private readonly Dictionary<int, Process> _servers = [];

    public async ValueTask InitializeAsync() => await _portal.StartAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers.Values)
        {
            server.Kill();
            await server.WaitForExitAsync();
            server.Dispose();
        }

        await _portal.DisposeAsync();
    }

    [Fact]
    public async Task Thirty_times_in_a_row()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        await _portal.KubectlOkAsync("create", "namespace", "leaders");
        var writers = new ApiWriters(_portal, "leaders");
        int[] ports = [_portal.PortBase + 2000, _portal.PortBase + 2001];
        foreach (var port in ports) await StartAsync(port);
        await _portal.KillServerAsync();

        var silences = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            using var stop = new CancellationTokenSource();
            var watches = ports.Select(port => WatchAsync(writers, port, stop.Token)).ToArray();
            var writing = Enumerable.Range(0, Writers).Select(writer => writers.WriteAsync(ports, $"r{round}-w{writer}", stop.Token)).ToArray();
            await Eventually.Async("writes to be acknowledged", () => Task.FromResult(writers.Acknowledged.Keys.Count(name => name.StartsWith($"r{round}-", StringComparison.Ordinal))), count => count > 20, TimeSpan.FromSeconds(20));
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(1000)));
            var leader = await LeaderAsync();
            var before = writers.Acknowledged.Count;
            var clock = Stopwatch.StartNew();
            await KillAsync(leader);
            await Eventually.Async("writes to go on", () => Task.FromResult(writers.Acknowledged.Count), count => count > before + Writers, TimeSpan.FromSeconds(20));
            silences.Add(clock.Elapsed.TotalSeconds);
            await stop.CancelAsync();
            await Task.WhenAll(writing);
            foreach (var seen in await Task.WhenAll(watches)) Assert.True(seen.Zip(seen.Skip(1)).All(pair => pair.First < pair.Second), $"seed {seed}, round {round}: a watch went back in time or saw a revision twice");
            await StartAsync(leader);
        }

        foreach (var port in ports)
        {
            var present = await writers.PresentAsync(port);
            Assert.Empty(writers.Acknowledged.Keys.Except(present.Keys));
            Assert.Equal(present.Count, present.Values.Distinct().Count());
            Assert.All(writers.Acknowledged, written => Assert.Equal(written.Value, present[written.Key]));
        }

        TestContext.Current.SendDiagnosticMessage($"leader killed {Rounds} times, seed {seed}: {writers.Acknowledged.Count} writes acknowledged; writes go on after {silences.Average():0.00} s on average, {silences.Max():0.00} s at most");
    }

    private async Task StartAsync(int port)
    {
        var start = new ProcessStartInfo(_portal.Executable) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["server", "--data", _portal.Data, "--port", port.ToString(CultureInfo.InvariantCulture)]) start.ArgumentList.Add(argument);
        var server = Process.Start(start)!;
        _servers[port] = server;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var said = new List<string>();
        while (await server.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            said.Add(line);
            if (!line.StartsWith("serving ", StringComparison.Ordinal)) continue;
            // What else it says must not fill the pipe.
            _ = server.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
            _ = server.StandardError.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
            return;
        }

        Assert.Fail($"portal server ended: {string.Join('\n', said)}{await server.StandardError.ReadToEndAsync(patience.Token)}");
    }

    private async Task KillAsync(int port)
    {
        _servers[port].Kill();
        await _servers[port].WaitForExitAsync();
    }

    private async Task<int> LeaderAsync()
    {
        await using var connection = new Npgsql.NpgsqlConnection($"Host={_portal.Data}/postgres/run;Username=kube_store;Database=kube;Pooling=false");
        await connection.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand("SELECT address FROM kube.leader", connection);
        return new Uri((string)(await command.ExecuteScalarAsync())!).Port;
    }

    private static async Task<List<long>> WatchAsync(ApiWriters writers, int port, CancellationToken stop)
    {
        var seen = new List<long>();
        try
        {
            using var http = writers.Client();
            http.Timeout = Timeout.InfiniteTimeSpan;
            var path = $"https://127.0.0.1:{port}/api/v1/namespaces/leaders/configmaps";
            var from = (string)JsonNode.Parse(await http.GetStringAsync(new Uri(path + "?limit=1"), stop))!["metadata"]!["resourceVersion"]!;
            using var response = await http.GetAsync(new Uri($"{path}?watch=true&resourceVersion={from}"), HttpCompletionOption.ResponseHeadersRead, stop);
            if (response.StatusCode != HttpStatusCode.OK) return seen;
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(stop));
            while (await reader.ReadLineAsync(stop) is { } line)
            {
                var change = JsonNode.Parse(line)!;
                if ((string)change["type"]! != "ADDED") continue;
                var revision = long.Parse((string)change["object"]!["metadata"]!["resourceVersion"]!, CultureInfo.InvariantCulture);
                seen.Add(revision);
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            // Its server was killed, or the round is over.
        }

        return seen;
    }
}
