using System.Globalization;

namespace Benchmarks.Healing;

/// <summary>The times one thing took over many losses.</summary>
internal sealed class Times
{
    private readonly List<double> _seconds = [];
    private int _never;

    public void Add(TimeSpan? time)
    {
        if (time is { } value)
            _seconds.Add(value.TotalSeconds);
        else
            _never++;
    }

    public Figure Figure(string name, string target)
    {
        var sorted = _seconds.Order().ToArray();
        string At(double share) => sorted.Length == 0 ? "-" : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))].ToString("0.00", CultureInfo.InvariantCulture);
        var never = _never == 0 ? "" : $", {_never} never";
        return new Figure(name, $"p50 {At(0.5)} s, p99 {At(0.99)} s, slowest {(sorted.Length == 0 ? "-" : sorted[^1].ToString("0.00", CultureInfo.InvariantCulture))} s of {sorted.Length}{never}", target);
    }
}
