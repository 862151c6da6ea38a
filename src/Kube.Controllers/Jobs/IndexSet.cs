using System.Globalization;
using System.Text;

namespace Kube.Controllers.Jobs;

/// <summary>
/// Completion indexes as a job's status writes them, such as <c>0-3,5,7,8</c>
/// (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1/#JobStatus). Kept as ranges: a job may have very many.
/// </summary>
internal sealed class IndexSet
{
    public static readonly IndexSet Empty = new([]);
    private readonly (int First, int Last)[] _ranges;

    private IndexSet((int First, int Last)[] ranges)
    {
        _ranges = ranges;
        Count = ranges.Sum(r => r.Last - r.First + 1);
    }

    /// <summary>How many indexes there are.</summary>
    public int Count { get; }

    /// <summary>Reads a status; what is no range, and indexes at or above the limit, are left out.</summary>
    public static IndexSet Parse(string? text, int limit = int.MaxValue)
    {
        var ranges = new List<(int First, int Last)>();
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var dash = part.IndexOf('-', StringComparison.Ordinal);
            if (TryRead(dash < 0 ? part : part[..dash], out var first) && TryRead(dash < 0 ? part : part[(dash + 1)..], out var last) && first <= last && first < limit)
            {
                ranges.Add((first, Math.Min(last, limit - 1)));
            }
        }

        return Merge(ranges);
    }

    public bool Contains(int index) => Array.BinarySearch(_ranges, (index, index), Containing.Order) >= 0;

    /// <summary>This set and more.</summary>
    public IndexSet With(IReadOnlyCollection<int> more) => more.Count == 0 ? this : Merge([.. _ranges, .. more.Select(i => (i, i))]);

    /// <summary>How many of another set's indexes are in this one.</summary>
    public int CountOf(IndexSet other)
    {
        int count = 0, mine = 0, theirs = 0;
        while (mine < _ranges.Length && theirs < other._ranges.Length)
        {
            var (a, b) = (_ranges[mine], other._ranges[theirs]);
            count += Math.Max(0, Math.Min(a.Last, b.Last) - Math.Max(a.First, b.First) + 1);
            if (a.Last < b.Last)
            {
                mine++;
            }
            else
            {
                theirs++;
            }
        }

        return count;
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (first, last) in _ranges)
        {
            text.Append(text.Length > 0 ? "," : "").Append(CultureInfo.InvariantCulture, $"{first}");
            if (last > first)
            {
                text.Append(last == first + 1 ? ',' : '-').Append(CultureInfo.InvariantCulture, $"{last}");
            }
        }

        return text.ToString();
    }

    private static bool TryRead(string text, out int index) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out index);

    private static IndexSet Merge(List<(int First, int Last)> ranges)
    {
        ranges.Sort();
        var merged = new List<(int First, int Last)>();
        foreach (var range in ranges)
        {
            if (merged.Count > 0 && range.First <= merged[^1].Last + 1L)
            {
                merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, range.Last));
            }
            else
            {
                merged.Add(range);
            }
        }

        return merged.Count == 0 ? Empty : new IndexSet([.. merged]);
    }

    /// <summary>Takes a range and an index in it for equal.</summary>
    private sealed class Containing : IComparer<(int First, int Last)>
    {
        public static readonly Containing Order = new();

        public int Compare((int First, int Last) x, (int First, int Last) y) => x.Last < y.First ? -1 : x.First > y.Last ? 1 : 0;
    }
}
