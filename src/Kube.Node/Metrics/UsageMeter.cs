using System.Globalization;
using Kube.Node.Cri;

namespace Kube.Node.Metrics;

/// <summary>
/// Reads what the machine and its containers use, when somebody asks: rates come from the reading before, which is made a second earlier when there is none of
/// the last minute. Answers are kept for a few seconds, so that many who ask cost no more than one.
/// </summary>
internal sealed class UsageMeter(CriClient cri, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Old = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private NodeUsage? _last;

    public async Task<NodeUsage> ReadAsync(CancellationToken ct)
    {
        await _turn.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            var age = time.GetUtcNow() - (_last?.Node.Time ?? DateTimeOffset.MinValue);
            if (_last is not null && age < Fresh)
                return _last;
            if (_last is null || age > Old)
            {
                _last = await ObserveAsync(null, ct).ConfigureAwait(false);
                await Task.Delay(Between, time, ct).ConfigureAwait(false);
            }

            return _last = await ObserveAsync(_last, ct).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<NodeUsage> ObserveAsync(NodeUsage? before, CancellationToken ct)
    {
        var earlier = before?.Containers.ToDictionary(c => c.Id, c => c.Usage, StringComparer.Ordinal) ?? [];
        var containers = new List<ContainerUsage>();
        foreach (var stats in await cri.ListContainerStatsAsync(ct).ConfigureAwait(false))
        {
            if (stats.Cpu?.UsageCoreNanoSeconds is null || !stats.Attributes.Labels.TryGetValue(CriLabels.PodUid, out var uid))
                continue;
            var usage = new ResourceUsage(DateTimeOffset.UnixEpoch.AddTicks(stats.Cpu.Timestamp / 100), stats.Cpu.UsageCoreNanoSeconds.Value, null, stats.Memory?.WorkingSetBytes?.Value ?? 0);
            containers.Add(new ContainerUsage(stats.Attributes.Id, uid, stats.Attributes.Metadata.Name, usage.Since(earlier.GetValueOrDefault(stats.Attributes.Id))));
        }

        var node = new ResourceUsage(time.GetUtcNow(), Processors(await File.ReadAllTextAsync("/proc/stat", ct).ConfigureAwait(false)), null, Memory(await File.ReadAllTextAsync("/proc/meminfo", ct).ConfigureAwait(false)));
        return new NodeUsage(node.Since(before?.Node), containers);
    }

    // "cpu  user nice system idle iowait irq softirq steal guest guest_nice", in hundredths of a second; a guest's time is within the user's.
    internal static ulong Processors(string stat)
    {
        var fields = stat.Split('\n')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        ulong busy = 0;
        foreach (var i in (ReadOnlySpan<int>)[1, 2, 3, 6, 7])
            busy += ulong.Parse(fields[i], CultureInfo.InvariantCulture);
        return busy * 10_000_000;
    }

    // "MemTotal:       24612345 kB": what is not available is what would be missed.
    internal static ulong Memory(string meminfo)
    {
        ulong Value(string name)
        {
            var line = meminfo.Split('\n').FirstOrDefault(l => l.StartsWith(name + ":", StringComparison.Ordinal));
            return line is null ? 0 : 1024 * ulong.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }

        var (total, available) = (Value("MemTotal"), Value("MemAvailable"));
        return total > available ? total - available : 0;
    }
}
