namespace Portal.Core.Nodes;

/// <summary>Makes invitations for machines; the host's matter, since only it knows the cluster's authority and address.</summary>
public interface INodeInvitations
{
    /// <summary>Makes one.</summary>
    /// <param name="lifetime">How long it may be used.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    Task<NodeInvitation> CreateAsync(TimeSpan lifetime, CancellationToken cancellationToken);
}
