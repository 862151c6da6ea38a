using Portal.Core.Members;
using Portal.Core.Projects;
using Portal.Core.Results;

namespace Portal.Web.Tests.Doubles;

internal sealed class FakeEnvironments : IEnvironments
{
    public List<EnvironmentView> All { get; } = [];
    public List<string?> Deleted { get; } = [];

    public static EnvironmentView View(string name, bool isProtected = false, int apps = 0) =>
        new(Guid.NewGuid(), "acme", "shop", name, isProtected, $"acme-shop-{name}", apps, false, Place.Now.AddDays(-40));

    public Task<Result<IReadOnlyList<EnvironmentView>>> ListAsync(Actor actor, string team, string project, CancellationToken cancellationToken) => Task.FromResult(Result<IReadOnlyList<EnvironmentView>>.Ok([.. All]));

    public Task<Result<EnvironmentView>> GetAsync(Actor actor, ScopeRef environment, CancellationToken cancellationToken) =>
        Task.FromResult<Result<EnvironmentView>>(All.Find(view => view.Name == environment.Environment) is { } found ? found : Error.NotFound("environment"));

    public Task<Result<EnvironmentView>> CreateAsync(Actor actor, string team, string project, string name, bool isProtected, string? cluster, CancellationToken cancellationToken)
    {
        All.Add(View(name, isProtected) with { Cluster = string.IsNullOrEmpty(cluster) ? null : new(cluster, Portal.Core.Clusters.ClusterState.Connected, "", []) });
        return Task.FromResult<Result<EnvironmentView>>(All[^1]);
    }

    public Task<Result<EnvironmentView>> ProtectAsync(Actor actor, ScopeRef environment, bool isProtected, CancellationToken cancellationToken)
    {
        var index = All.FindIndex(view => view.Name == environment.Environment);
        All[index] = All[index] with { Protected = isProtected };
        return Task.FromResult<Result<EnvironmentView>>(All[index]);
    }

    public Task<Result<EnvironmentView>> AskApprovalsAsync(Actor actor, ScopeRef environment, bool asks, CancellationToken cancellationToken)
    {
        var index = All.FindIndex(view => view.Name == environment.Environment);
        All[index] = All[index] with { Approvals = asks };
        return Task.FromResult<Result<EnvironmentView>>(All[index]);
    }

    public Task<Result<Unit>> DeleteAsync(Actor actor, ScopeRef environment, CancellationToken cancellationToken)
    {
        Deleted.Add(environment.Environment);
        return Task.FromResult<Result<Unit>>(Unit.Value);
    }
}
