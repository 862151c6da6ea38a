namespace Kube.ApiServer.Presence;

/// <summary>What a knock at an agent's port has found.</summary>
internal enum KnockOutcome
{
    /// <summary>The Node does not say where its agent listens.</summary>
    NoAddress,

    /// <summary>The machine says that nobody listens.</summary>
    Refused,

    /// <summary>Nothing came back.</summary>
    Silent,

    /// <summary>The connection was taken; whether the agent lives was not asked.</summary>
    Open,

    /// <summary>The connection was taken, but the agent said nothing in time.</summary>
    Unanswered,

    /// <summary>The agent has answered.</summary>
    Answered,
}
