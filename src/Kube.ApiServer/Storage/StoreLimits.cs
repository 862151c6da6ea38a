namespace Kube.ApiServer.Storage;

/// <summary>What bounds the store in memory and time.</summary>
/// <param name="RingBytes">Bytes of object versions the event ring holds.</param>
internal sealed record StoreLimits(long RingBytes)
{
    /// <summary>The most changes in one transaction.</summary>
    public int BatchEvents { get; init; } = 2000;

    /// <summary>The most bytes of new versions in one transaction; one larger object still goes alone.</summary>
    public long BatchBytes { get; init; } = 8 << 20;

    /// <summary>How many writes may wait; more wait at the door.</summary>
    public int QueueLength { get; init; } = 16_384;

    /// <summary>How long heartbeats and events wait for company.</summary>
    public TimeSpan GatherTime { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a write waits for PostgreSQL to come back before it is refused.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a leader that has nothing to write renews its lease.</summary>
    public TimeSpan RenewEvery { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>How long a read that must show the newest state waits until that is certain.</summary>
    public TimeSpan ReadPatience { get; init; } = TimeSpan.FromSeconds(3);
}
