using Portal.Core.Members;
using Portal.Core.Projects;
using Portal.Core.Results;

namespace Portal.Web.Tests.Doubles;

internal sealed class FakeProjects : IProjects
{
    public List<ProjectView> All { get; } = [];
    public List<string> Deleted { get; } = [];

    public Task<Result<IReadOnlyList<ProjectView>>> ListAsync(Actor actor, string team, CancellationToken cancellationToken) => Task.FromResult(Result<IReadOnlyList<ProjectView>>.Ok(All));

    public Task<Result<ProjectView>> GetAsync(Actor actor, string team, string project, CancellationToken cancellationToken) =>
        Task.FromResult<Result<ProjectView>>(All.Find(view => view.Name == project) is { } found ? found : Error.NotFound("project"));

    public Task<Result<ProjectView>> CreateAsync(Actor actor, string team, string name, CancellationToken cancellationToken)
    {
        All.Add(new(Guid.NewGuid(), team, name, 0, 0, false, Place.Now));
        return Task.FromResult<Result<ProjectView>>(All[^1]);
    }

    public Task<Result<Unit>> DeleteAsync(Actor actor, string team, string project, CancellationToken cancellationToken)
    {
        Deleted.Add(project);
        return Task.FromResult<Result<Unit>>(Unit.Value);
    }
}
