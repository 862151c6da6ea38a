namespace Kube.ApiServer.Storage.Postgres;

/// <summary>What a follower read from the log in one go.</summary>
/// <param name="Leader">The leader, read before the rows.</param>
/// <param name="Events">The changes behind the revision asked for, in order; at most <see cref="LogFollower.PageSize"/>.</param>
internal sealed record LogPage(LeaderState Leader, IReadOnlyList<LoggedChange> Events);
