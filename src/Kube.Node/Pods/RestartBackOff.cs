namespace Kube.Node.Pods;

/// <summary>
/// When an ended container may start again: the first time at once, then after 1 s, 2 s, 4 s ... 60 s; ten good minutes forget the past.
/// </summary>
internal sealed class RestartBackOff
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Good = TimeSpan.FromMinutes(10);
    private int _failures;

    /// <summary>Counts one end of the container and says how long after it the next start is due.</summary>
    /// <param name="ran">How long the container ran.</param>
    public TimeSpan Next(TimeSpan ran)
    {
        if (ran >= Good)
            _failures = 0;
        return Delay(_failures++);
    }

    /// <summary>The wait before a start that follows this many earlier failures.</summary>
    public static TimeSpan Delay(int failures) => failures switch
    {
        <= 0 => TimeSpan.Zero,
        > 7 => Longest,
        _ => TimeSpan.FromTicks(Math.Min(Longest.Ticks, First.Ticks << failures - 1)),
    };
}
