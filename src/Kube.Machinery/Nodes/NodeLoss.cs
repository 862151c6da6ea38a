namespace Kube.Machinery.Nodes;

/// <summary>How a node was lost, as the API server found it when it knocked at the agent's port.</summary>
public enum NodeLoss
{
    /// <summary>The machine answered that nobody listens: the agent's process has ended. Its containers may go on.</summary>
    Refused,

    /// <summary>Nothing came back at all: the machine or its network is gone.</summary>
    Silent,

    /// <summary>The machine takes connections, but the agent neither answers nor renews its Lease: it is suspended or starved.</summary>
    Unanswered,
}
