using Portal.Core.Members;
using Portal.Core.Releases;
using Portal.Core.Results;

namespace Portal.Core.Apps;

/// <summary>
/// Gives apps other names. Objects in the cluster, volumes, secrets, domains, history and the address people know stay as they are; what changes is the name in the console, in
/// REST and in the declaration.
/// </summary>
public interface IAppNames
{
    /// <summary>What renaming would do, without doing it; refused as it would be then. Needs <see cref="Right.ConfigWrite"/>.</summary>
    Task<Result<RenamePlan>> PlanAsync(Actor actor, ScopeRef app, string name, CancellationToken cancellationToken);

    /// <summary>
    /// Renames, as a release that replaces no instance. Conflict while variables of other apps refer to it by its name, and when the name is taken. Needs <see cref="Right.ConfigWrite"/>.
    /// </summary>
    Task<Result<ReleaseView>> RenameAsync(Actor actor, ScopeRef app, string name, CancellationToken cancellationToken);
}
