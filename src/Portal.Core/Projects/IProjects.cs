using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Projects;

/// <summary>Projects of a team.</summary>
public interface IProjects
{
    /// <summary>All projects by name. Needs <see cref="Right.AppView"/>.</summary>
    Task<Result<IReadOnlyList<ProjectView>>> ListAsync(Actor actor, string team, CancellationToken cancellationToken);

    /// <summary>One project. Needs <see cref="Right.AppView"/>.</summary>
    Task<Result<ProjectView>> GetAsync(Actor actor, string team, string project, CancellationToken cancellationToken);

    /// <summary>Creates a project. Needs <see cref="Right.ProjectManage"/>.</summary>
    Task<Result<ProjectView>> CreateAsync(Actor actor, string team, string name, CancellationToken cancellationToken);

    /// <summary>Deletes a project with all its environments and apps; the objects vanish in the background. Needs <see cref="Right.AppDelete"/>.</summary>
    Task<Result<Unit>> DeleteAsync(Actor actor, string team, string project, CancellationToken cancellationToken);
}
