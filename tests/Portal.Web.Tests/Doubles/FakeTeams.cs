using Portal.Core.Members;
using Portal.Core.Results;
using Portal.Core.Teams;

namespace Portal.Web.Tests.Doubles;

internal sealed class FakeTeams : ITeams
{
    public List<TeamView> All { get; } = [];
    public Error? Error { get; set; }
    public Error? Refusal { get; set; }
    public List<string> Deleted { get; } = [];
    /// <summary>When set, lists wait for it: what a page shows meanwhile is its loading state.</summary>
    public TaskCompletionSource? Gate { get; set; }

    public async Task<Result<IReadOnlyList<TeamView>>> ListAsync(Actor actor, CancellationToken cancellationToken)
    {
        if (Gate is not null) await Gate.Task;
        return Error is null ? Result<IReadOnlyList<TeamView>>.Ok(All) : Error;
    }

    public Task<Result<TeamView>> GetAsync(Actor actor, string team, CancellationToken cancellationToken) =>
        Task.FromResult<Result<TeamView>>(All.Find(view => view.Name == team) is { } found ? found : Error.NotFound("team"));

    public Task<Result<TeamView>> CreateAsync(Actor actor, string name, string? displayName, CancellationToken cancellationToken)
    {
        if (Refusal is not null) return Task.FromResult<Result<TeamView>>(Refusal);
        All.Add(new(Guid.NewGuid(), name, displayName ?? name, Role.Owner, 1, 0, Place.Now));
        return Task.FromResult<Result<TeamView>>(All[^1]);
    }

    public Task<Result<Unit>> DeleteAsync(Actor actor, string team, CancellationToken cancellationToken)
    {
        if (Refusal is not null) return Task.FromResult<Result<Unit>>(Refusal);
        Deleted.Add(team);
        return Task.FromResult<Result<Unit>>(Unit.Value);
    }
}
