using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Nodes;

/// <summary>
/// The nodes of the embedded cluster, for operators. Everything needs <see cref="Right.NodeManage"/>, a right of the platform; changes are in the platform's audit.
/// A missing node is NotFound, a cluster that does not answer Unavailable.
/// </summary>
public interface INodes
{
    /// <summary>All nodes by name.</summary>
    Task<Result<IReadOnlyList<NodeView>>> ListAsync(Actor actor, CancellationToken cancellationToken);

    /// <summary>All nodes from now on: the present state at once, then a whole new one when something changed and at least every five seconds.</summary>
    Task<Result<IAsyncEnumerable<IReadOnlyList<NodeView>>>> WatchAsync(Actor actor, CancellationToken cancellationToken);

    /// <summary>One node with its pods and images; what a drain would do stands beside each pod.</summary>
    Task<Result<NodeDetail>> GetAsync(Actor actor, string node, CancellationToken cancellationToken);

    /// <summary>What another machine runs to join.</summary>
    Task<Result<NodeInvitation>> InviteAsync(Actor actor, TimeSpan lifetime, CancellationToken cancellationToken);

    /// <summary>Sets a label, or removes it when the value is null.</summary>
    Task<Result<Unit>> LabelAsync(Actor actor, string node, string key, string? value, CancellationToken cancellationToken);

    /// <summary>Sets a taint, or removes the one of its key and effect.</summary>
    Task<Result<Unit>> TaintAsync(Actor actor, string node, NodeTaint taint, bool remove, CancellationToken cancellationToken);

    /// <summary>Keeps new instances away from the node, or lets them come again, which also calls off a drain.</summary>
    Task<Result<Unit>> CordonAsync(Actor actor, string node, bool cordoned, CancellationToken cancellationToken);

    /// <summary>Cordons the node and moves its pods elsewhere in the background, as disruption budgets allow. It goes on after a restart of the server.</summary>
    Task<Result<Unit>> DrainAsync(Actor actor, string node, CancellationToken cancellationToken);

    /// <summary>Takes the node out of the cluster. One that is not drained, or still answers, is a Conflict: stop its agent first.</summary>
    Task<Result<Unit>> RemoveAsync(Actor actor, string node, CancellationToken cancellationToken);
}
