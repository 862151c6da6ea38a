using Portal.Core.Members;
using Portal.Core.Plan;
using Portal.Core.Releases;
using Portal.Core.Results;

namespace Portal.Web.Tests.Doubles;

internal sealed class FakeReleases : IReleases
{
    public List<ReleaseView> All { get; } = [];
    public List<FieldChange> Diff { get; } = [new("processes.web.replicas", "1", "2")];
    public Error? Refusal { get; set; }
    public List<string> Calls { get; } = [];

    public Task<Result<IReadOnlyList<ReleaseView>>> ListAsync(Actor actor, ScopeRef app, int limit, CancellationToken cancellationToken) => Task.FromResult(Result<IReadOnlyList<ReleaseView>>.Ok([.. All]));

    public Task<Result<ReleaseView>> GetAsync(Actor actor, ScopeRef app, int number, CancellationToken cancellationToken) =>
        Task.FromResult<Result<ReleaseView>>(All.Find(release => release.Number == number) is { } found ? found : Error.NotFound("release"));

    public Task<Result<IReadOnlyList<FieldChange>>> DiffAsync(Actor actor, ScopeRef app, int from, int to, CancellationToken cancellationToken)
    {
        Calls.Add($"diff {from} {to}");
        return Task.FromResult(Result<IReadOnlyList<FieldChange>>.Ok(Diff));
    }

    public Task<Result<ReleaseView>> RollBackAsync(Actor actor, ScopeRef app, int number, CancellationToken cancellationToken)
    {
        Calls.Add($"roll back to {number}");
        if (Refusal is not null) return Task.FromResult<Result<ReleaseView>>(Refusal);
        All.Insert(0, Samples.Release(All[0].Number + 1, RolloutState.Queued, $"rolled back to release {number}"));
        return Task.FromResult<Result<ReleaseView>>(All[0]);
    }

    public Task<Result<PlanView>> PlanAsync(Actor actor, ScopeRef app, int number, CancellationToken cancellationToken) => Task.FromResult<Result<PlanView>>(Error.NotFound("plan"));

    public Task<Result<ReleaseView>> CancelAsync(Actor actor, ScopeRef app, int number, CancellationToken cancellationToken)
    {
        Calls.Add($"cancel {number}");
        return Task.FromResult<Result<ReleaseView>>(Refusal is not null ? Refusal : Samples.Release(number, RolloutState.Cancelled));
    }
}
