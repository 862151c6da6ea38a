using Portal.Core.Members;
using Portal.Core.Releases;
using Portal.Core.Results;

namespace Portal.Web.Tests.Doubles;

internal sealed class FakeApprovals(FakeReleases releases) : IApprovals
{
    public Task<Result<IReadOnlyList<PendingApproval>>> ListAsync(Actor actor, ScopeRef environment, CancellationToken cancellationToken) =>
        Task.FromResult(Result<IReadOnlyList<PendingApproval>>.Ok([.. releases.All.Where(release => release.Rollout.State == RolloutState.AwaitingApproval).Select(release => new PendingApproval("hello", 1, false, release))]));

    public Task<Result<ReleaseView>> ApproveAsync(Actor actor, ScopeRef app, int number, CancellationToken cancellationToken) => Decided(number, RolloutState.Queued, "approve");

    public Task<Result<ReleaseView>> RejectAsync(Actor actor, ScopeRef app, int number, string? reason, CancellationToken cancellationToken) => Decided(number, RolloutState.Rejected, $"reject because {reason}:");

    private Task<Result<ReleaseView>> Decided(int number, RolloutState state, string call)
    {
        releases.Calls.Add($"{call} {number}");
        var at = releases.All.FindIndex(release => release.Number == number);
        releases.All[at] = releases.All[at] with { Rollout = Samples.Rollout(number, state) };
        return Task.FromResult<Result<ReleaseView>>(releases.All[at]);
    }
}
