using System.Diagnostics;
using System.Text.RegularExpressions;
using Testing;

namespace Benchmarks.Instance;

/// <summary>The yardstick: Debian's etcd on the same disk, its own <c>etcdctl check perf</c> with 1 KB values.</summary>
internal static partial class EtcdPuts
{
    /// <summary>Runs it; a machine without etcd has no yardstick.</summary>
    public static async Task<Figure> RunAsync()
    {
        const string name = "yardstick: etcdctl puts of 1 KB, 500 clients, the same disk";
        if (!File.Exists("/usr/bin/etcd") || !File.Exists("/usr/bin/etcdctl")) return new Figure(name, "etcd is not installed: apt-get install etcd-server etcd-client", "");
        var directory = Directory.CreateTempSubdirectory("portal-etcd-").FullName;
        var start = new ProcessStartInfo("/usr/bin/etcd") { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])["--data-dir", directory, "--listen-client-urls", "http://127.0.0.1:23790", "--advertise-client-urls", "http://127.0.0.1:23790", "--listen-peer-urls", "http://127.0.0.1:23800", "--log-level", "error"]) start.ArgumentList.Add(argument);
        using var etcd = Process.Start(start)!;
        _ = etcd.StandardError.BaseStream.CopyToAsync(Stream.Null);
        _ = etcd.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        try
        {
            await Eventually.Async("etcd to answer", () => PortalInstance.RunAsync("/usr/bin/etcdctl", ["--endpoints", "127.0.0.1:23790", "endpoint", "health"]), health => health.ExitCode == 0, TimeSpan.FromSeconds(30));
            var check = await PortalInstance.RunAsync("/usr/bin/etcdctl", ["--endpoints", "127.0.0.1:23790", "check", "perf", "--load", "l"], timeout: TimeSpan.FromMinutes(3));
            var match = Throughput().Match(check.Output + check.Error);
            return new Figure(name, match.Success ? match.Groups[1].Value + "/s" : "no answer: " + (check.Output + check.Error).Trim().Split('\n')[^1], "the API at least 1.3 times as many");
        }
        finally
        {
            etcd.Kill();
            await etcd.WaitForExitAsync();
            Directory.Delete(directory, recursive: true);
        }
    }

    // FAIL: Throughput too low: 3132 writes/s    PASS: Throughput is 7990 writes/s
    [GeneratedRegex(@"Throughput[^0-9]*(\d+) writes/s")]
    private static partial Regex Throughput();
}
