using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Testing;

/// <summary>
/// When containers of a pod wrote, read from the log files that the runtimes of all nodes append to on this machine: whoever writes a line every few milliseconds shows by
/// them when it lived. Files are read again and again, because a node takes them away with the pod.
/// </summary>
public sealed class LifeSpans : IAsyncDisposable
{
    private const int LineLength = 512;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private readonly ConcurrentDictionary<string, (string Instance, DateTimeOffset First, DateTimeOffset Last)> _spans = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reading;

    /// <param name="ns">The pod's namespace.</param>
    /// <param name="pod">Its name.</param>
    /// <param name="agents">The data directories of the agents.</param>
    public LifeSpans(string ns, string pod, params string[] agents) => _reading = ReadAsync(ns, pod, agents);

    /// <summary>How many containers have been seen, over all pods of the name.</summary>
    public int Count => _spans.Count;

    /// <summary>Pairs of lives of different pods of the name that overlap; none is what a stateful pod owes.</summary>
    public IReadOnlyList<string> Overlaps()
    {
        var spans = _spans.Values.OrderBy(s => s.First).ToArray();
        return
        [
            .. from a in spans
               from b in spans
               where a.First < b.First && a.Instance != b.Instance && b.First <= a.Last
               select string.Create(CultureInfo.InvariantCulture, $"{a.Instance} wrote from {a.First:O} to {a.Last:O}, {b.Instance} from {b.First:O} to {b.Last:O}"),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task ReadAsync(string ns, string pod, string[] agents)
    {
        while (true)
        {
            foreach (var agent in agents)
            {
                var logs = Path.Combine(agent, "logs");
                foreach (var file in Directory.Exists(logs) ? Directory.EnumerateDirectories(logs, $"{ns}_{pod}_*").SelectMany(FilesOf) : [])
                    Take(file, $"{agent}: pod {Path.GetRelativePath(logs, file).Split('/')[0]}");
            }

            await Task.Delay(Look, TimeProvider.System, _stop.Token);
        }
    }

    private static IEnumerable<string> FilesOf(string directory)
    {
        try
        {
            return Directory.GetFiles(directory, "*.log", SearchOption.AllDirectories);
        }
        catch (IOException)
        {
            return [];
        }
    }

    private void Take(string file, string instance)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (TimesIn(stream, 0).FirstOrDefault() is { Ticks: > 0 } first && TimesIn(stream, Math.Max(0, stream.Length - LineLength)).LastOrDefault() is { Ticks: > 0 } last)
                _spans[file] = (instance, first, last);
        }
        catch (IOException)
        {
            // Gone with its pod; what was read of it stays.
        }
    }

    // "2026-01-01T12:00:00.123456789Z stdout F ."
    private static IEnumerable<DateTimeOffset> TimesIn(FileStream stream, long from)
    {
        stream.Position = from;
        var buffer = new byte[LineLength];
        var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        var lines = Encoding.UTF8.GetString(buffer, 0, length).Split('\n');
        foreach (var line in lines.Where(l => l.Contains(" std", StringComparison.Ordinal)))
        {
            if (DateTimeOffset.TryParse(line.Split(' ')[0], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
                yield return time;
        }
    }
}
