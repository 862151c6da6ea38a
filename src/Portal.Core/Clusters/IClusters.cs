using Portal.Core.Apps;
using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Clusters;

/// <summary>
/// Kubernetes clusters added by kubeconfig, which environments can target instead of the embedded engine. With a team, the team's own: its owners add and change them. Without, the
/// platform's, which every team may use: platform administrators add and change those.
/// </summary>
public interface IClusters
{
    /// <summary>The clusters an environment of the team may target: its own and the platform's, by name. Needs <see cref="Right.AppView"/>. Without a team, the platform's.</summary>
    Task<Result<IReadOnlyList<ClusterView>>> ListAsync(Actor actor, string? team, CancellationToken cancellationToken);

    /// <summary>One of <see cref="ListAsync"/>; a team's own before the platform's of the same name.</summary>
    Task<Result<ClusterView>> GetAsync(Actor actor, string? team, string name, CancellationToken cancellationToken);

    /// <summary>Connects, asks for the version and the rights, and keeps the kubeconfig sealed. A cluster that does not answer is refused. Needs <see cref="Right.ClusterManage"/>.</summary>
    Task<Result<ClusterView>> AddAsync(Actor actor, string? team, ClusterDraft draft, CancellationToken cancellationToken);

    /// <summary>Puts another kubeconfig in place of the former, checked in the same way. Needs <see cref="Right.ClusterManage"/>.</summary>
    Task<Result<ClusterView>> ReplaceAsync(Actor actor, string? team, string name, Sensitive kubeconfig, string? context, CancellationToken cancellationToken);

    /// <summary>Renames a cluster; environments follow. Needs <see cref="Right.ClusterManage"/>.</summary>
    Task<Result<ClusterView>> RenameAsync(Actor actor, string? team, string name, string newName, CancellationToken cancellationToken);

    /// <summary>Asks a cluster now how it stands. Needs <see cref="Right.ClusterManage"/>.</summary>
    Task<Result<ClusterView>> CheckAsync(Actor actor, string? team, string name, CancellationToken cancellationToken);

    /// <summary>Forgets a cluster and its kubeconfig; refused while environments target it. Nothing in the cluster changes. Needs <see cref="Right.ClusterManage"/>.</summary>
    Task<Result<Unit>> RemoveAsync(Actor actor, string? team, string name, CancellationToken cancellationToken);
}
