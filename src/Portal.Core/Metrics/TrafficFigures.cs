using System.Globalization;

namespace Portal.Core.Metrics;

/// <summary>
/// What an Ingress has served, as the ingress publishes it: <c>requests errors b5 b10 b25 b50 b100 b250 b500 b1000 b2500 b5000 b10000 b∞</c>, counts that only grow until the
/// ingress starts anew.
/// </summary>
internal sealed record TrafficFigures(long Requests, long Errors, long[] Buckets)
{
    /// <summary>The ConfigMap the figures stand in, one in each namespace with traffic.</summary>
    public const string ConfigMap = "ingress-figures";

    private static readonly double[] Bounds = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];

    /// <summary>Reads a published value; null when it is of another form.</summary>
    public static TrafficFigures? Parse(string text)
    {
        var numbers = new List<long>();
        foreach (var part in text.Split(' '))
        {
            if (!long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return null;
            numbers.Add(number);
        }

        return numbers.Count == Bounds.Length + 3 ? new(numbers[0], numbers[1], [.. numbers.Skip(2)]) : null;
    }

    /// <summary>What was served since an earlier reading; all of it when counting began anew meanwhile.</summary>
    public TrafficFigures Since(TrafficFigures earlier) =>
        earlier.Requests > Requests || earlier.Errors > Errors || earlier.Buckets.Zip(Buckets).Any(pair => pair.First > pair.Second)
            ? this
            : new(Requests - earlier.Requests, Errors - earlier.Errors, [.. Buckets.Zip(earlier.Buckets, (now, then) => now - then)]);

    /// <summary>The time within which a fraction of the requests was answered, in milliseconds, linear within a bucket; null without requests.</summary>
    public double? Quantile(double fraction)
    {
        var total = Buckets.Sum();
        if (total == 0) return null;
        var wanted = fraction * total;
        double below = 0, lower = 0;
        for (var index = 0; index < Bounds.Length; index++)
        {
            if (below + Buckets[index] >= wanted) return lower + (Bounds[index] - lower) * (wanted - below) / Buckets[index];
            (below, lower) = (below + Buckets[index], Bounds[index]);
        }

        return Bounds[^1];
    }
}
