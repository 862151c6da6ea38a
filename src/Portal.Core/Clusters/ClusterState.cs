namespace Portal.Core.Clusters;

/// <summary>How a cluster that was added stands.</summary>
public enum ClusterState
{
    /// <summary>It answers and lets the portal do all it needs.</summary>
    Connected,

    /// <summary>It answers, but the credentials lack rights; <see cref="ClusterView.Missing"/> names them.</summary>
    Limited,

    /// <summary>It does not answer, or refuses the credentials; <see cref="ClusterView.Problem"/> says which.</summary>
    Unreachable,
}
