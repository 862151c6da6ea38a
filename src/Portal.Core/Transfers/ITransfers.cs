using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Transfers;

/// <summary>
/// Takes a project out as one file and puts it in again, here or on another installation. The file holds environments, each app's declaration with its variables, domains and overrides, the
/// project's share of the quota and, when asked for, the members. Of secrets it holds the names alone: a file that could be opened with a passphrase would let a token read what only a person
/// who has just signed in may see. Data of volumes, certificates and the history of releases stay where they are.
/// </summary>
public interface ITransfers
{
    /// <summary>The project as YAML, <c>kind: Project</c>. Needs <see cref="Right.AppView"/>; audited. Environments and apps that are being deleted, and previews, are left out.</summary>
    /// <param name="actor">Who.</param>
    /// <param name="team">The team.</param>
    /// <param name="project">The project.</param>
    /// <param name="withMembers">Whether the team's members and roles go into the file.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<Result<string>> ExportAsync(Actor actor, string team, string project, bool withMembers, CancellationToken cancellationToken);

    /// <summary>
    /// What importing would do: it is carried out and taken back in one transaction, so what is refused here would be refused then. Invalid names every fault by its place in the file, and
    /// <c>secrets.environment/app/NAME</c> for each value that is missing. Needs <see cref="Right.ProjectManage"/>.
    /// </summary>
    Task<Result<ImportView>> PlanAsync(Actor actor, string team, ImportOrder order, CancellationToken cancellationToken);

    /// <summary>
    /// Imports in one transaction: all of it or nothing. What the file does not name stays as it is. Needs <see cref="Right.ProjectManage"/>, the rights that changing each app takes, and
    /// <see cref="Right.MembersManage"/> when the file has members.
    /// </summary>
    /// <param name="actor">Who.</param>
    /// <param name="team">The team to import into.</param>
    /// <param name="order">The file and how to take it.</param>
    /// <param name="planId">The plan this carries out, or null; a plan gone stale is a Conflict.</param>
    /// <param name="cancellationToken">Gives up before the commit.</param>
    Task<Result<ImportView>> ImportAsync(Actor actor, string team, ImportOrder order, string? planId, CancellationToken cancellationToken);
}
