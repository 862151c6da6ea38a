namespace Kube.ApiServer.Storage;

/// <summary>What a server process that follows knows of the one that leads. It has a test double (tests of the store without PostgreSQL).</summary>
internal interface ILeaderView
{
    /// <summary>Where the leader takes writes, <c>https://10.0.0.1:6443</c>; null when nobody is known to lead.</summary>
    string? Address { get; }

    /// <summary>The newest committed revision, read after the call began: at least that of every write acknowledged by then.</summary>
    /// <exception cref="StoreUnavailableException">It cannot be learnt now.</exception>
    Task<long> ReadRevisionAsync(CancellationToken cancellationToken);
}
