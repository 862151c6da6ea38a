namespace Kube.Network.Ingress.Figures;

/// <summary>What one Ingress has served since this process began: counts that only grow, and how long requests took, by upper bound.</summary>
internal sealed class RequestFigures
{
    /// <summary>The upper bounds of the buckets in milliseconds; one more holds what took longer.</summary>
    public static readonly int[] Bounds = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];

    private readonly long[] _buckets = new long[Bounds.Length + 1];
    private long _requests;
    private long _errors;

    /// <summary>Counts one request.</summary>
    /// <param name="milliseconds">How long it took.</param>
    /// <param name="failed">Whether it was answered 5xx or not at all.</param>
    public void Count(double milliseconds, bool failed)
    {
        Interlocked.Increment(ref _requests);
        if (failed)
            Interlocked.Increment(ref _errors);
        var bucket = 0;
        while (bucket < Bounds.Length && milliseconds > Bounds[bucket])
            bucket++;
        Interlocked.Increment(ref _buckets[bucket]);
    }

    /// <summary>How many requests there were.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>As published: <c>requests errors bucket bucket …</c>.</summary>
    public override string ToString() => string.Join(' ', (long[])[Requests, Interlocked.Read(ref _errors), .. _buckets.Select((_, index) => Interlocked.Read(ref _buckets[index]))]);
}
