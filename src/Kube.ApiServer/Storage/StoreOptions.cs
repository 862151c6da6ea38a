namespace Kube.ApiServer.Storage;

/// <summary>Settings of the API server's store on PostgreSQL. All are checked at start.</summary>
public sealed class StoreOptions
{
    /// <summary>
    /// Npgsql connection string of a database that belongs to the store's role; the schema <c>kube</c> is created there.
    /// The store keeps two connections of its own, the writer's and the head keeper's; a PgBouncer in between must pool by session.
    /// </summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>
    /// The file of the keys that encrypt secrets, outside the database. Created with mode 0600 when missing. Each line is
    /// <c>id base64(32 bytes)</c>; the first line encrypts, the others still decrypt, so a new first line rotates the key.
    /// </summary>
    public string EncryptionKeyPath { get; set; } = "";

    /// <summary>Bytes of object versions kept in memory for watches and older lists. 64 MiB.</summary>
    public long RingBytes { get; set; } = 64L << 20;

    /// <summary>Where other server processes reach this one, <c>https://10.0.0.1:6443</c>: they forward writes there while this one leads. Empty when there are none.</summary>
    public string Address { get; set; } = "";

    /// <summary>
    /// How long a leader that is not heard of keeps the lead; another process takes over after it. Judged by PostgreSQL's clock. The leader itself
    /// trusts its lead for six tenths of it. 2 s.
    /// </summary>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Revisions in one partition of the log. 20,000.</summary>
    public long PartitionSize { get; set; } = 20_000;

    /// <summary>How long the log keeps a partition after it was full. 5 minutes.</summary>
    public TimeSpan RetainTime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Bytes of the log beyond which full partitions are dropped before their time. 512 MiB.</summary>
    public long RetainBytes { get; set; } = 512L << 20;

    /// <summary>How long a start waits for PostgreSQL. 30 s.</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a write waits for a PostgreSQL that went away before it is refused. 5 s.</summary>
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long node heartbeats and events wait for company before they cause a commit of their own. 200 ms.</summary>
    public TimeSpan GatherTime { get; set; } = TimeSpan.FromMilliseconds(200);
}
