namespace Kube.ApiServer.Storage;

/// <summary>Settings of the API server's store on PostgreSQL. All are checked at start.</summary>
public sealed class StoreOptions
{
    /// <summary>
    /// Npgsql connection string of a database that belongs to the store's role; the schema <c>kube</c> is created there.
    /// The store keeps one connection of its own; a PgBouncer in between must pool by session.
    /// </summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>
    /// The file of the keys that encrypt secrets, outside the database. Created with mode 0600 when missing. Each line is
    /// <c>id base64(32 bytes)</c>; the first line encrypts, the others still decrypt, so a new first line rotates the key.
    /// </summary>
    public string EncryptionKeyPath { get; set; } = "";

    /// <summary>Bytes of object versions kept in memory for watches and older lists. 64 MiB.</summary>
    public long RingBytes { get; set; } = 64L << 20;

    /// <summary>Revisions in one partition of the log. 100,000.</summary>
    public long PartitionSize { get; set; } = 100_000;

    /// <summary>Revisions the log keeps at least; older partitions are dropped. 200,000.</summary>
    public long RetainRevisions { get; set; } = 200_000;

    /// <summary>How long a start waits for PostgreSQL. 30 s.</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a write waits for a PostgreSQL that went away before it is refused. 5 s.</summary>
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long node heartbeats and events wait for company before they cause a commit of their own. 200 ms.</summary>
    public TimeSpan GatherTime { get; set; } = TimeSpan.FromMilliseconds(200);
}
