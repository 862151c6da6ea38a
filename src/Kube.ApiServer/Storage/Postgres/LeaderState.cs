namespace Kube.ApiServer.Storage.Postgres;

/// <summary>The row of the leader as it stood at one moment.</summary>
/// <param name="Epoch">The epoch that may commit.</param>
/// <param name="Revision">The last committed revision.</param>
/// <param name="Address">Where the leader takes writes; empty when nobody leads.</param>
/// <param name="Remaining">What is left of its lease, by PostgreSQL's clock; not positive when anybody may take the lead.</param>
internal sealed record LeaderState(long Epoch, long Revision, string Address, TimeSpan Remaining);
