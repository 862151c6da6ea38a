using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Projects;

/// <summary>Environments of a project.</summary>
public interface IEnvironments
{
    /// <summary>All environments by name. Needs <see cref="Right.AppView"/>.</summary>
    Task<Result<IReadOnlyList<EnvironmentView>>> ListAsync(Actor actor, string team, string project, CancellationToken cancellationToken);

    /// <summary>One environment. Needs <see cref="Right.AppView"/>.</summary>
    Task<Result<EnvironmentView>> GetAsync(Actor actor, ScopeRef environment, CancellationToken cancellationToken);

    /// <summary>Creates an environment. Needs <see cref="Right.ProjectManage"/>.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="team">The team.</param>
    /// <param name="project">The project.</param>
    /// <param name="name">The environment's name.</param>
    /// <param name="isProtected">Whether the stricter rights apply, and approvals are asked for.</param>
    /// <param name="cluster">
    /// The cluster it targets for good: one of the team's or the platform's, or null or <c>embedded</c> for the embedded engine. What runs and what is stored cannot move with it, so a
    /// change is another environment: make it on the other cluster, promote the release, and delete the former.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<Result<EnvironmentView>> CreateAsync(Actor actor, string team, string project, string name, bool isProtected, string? cluster, CancellationToken cancellationToken);

    /// <summary>
    /// Turns on or off that changes wait for another person's approval. Protecting an environment turns it on; a team of one may want it off. Needs
    /// <see cref="Right.ProjectManage"/>.
    /// </summary>
    Task<Result<EnvironmentView>> AskApprovalsAsync(Actor actor, ScopeRef environment, bool asks, CancellationToken cancellationToken);

    /// <summary>Turns protection on or off. Needs <see cref="Right.ProjectManage"/>.</summary>
    Task<Result<EnvironmentView>> ProtectAsync(Actor actor, ScopeRef environment, bool isProtected, CancellationToken cancellationToken);

    /// <summary>Deletes an environment with its apps and its namespace, in the background. Needs <see cref="Right.AppDelete"/>.</summary>
    Task<Result<Unit>> DeleteAsync(Actor actor, ScopeRef environment, CancellationToken cancellationToken);
}
