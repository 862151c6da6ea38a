namespace Kube.ApiServer.Authorization;

/// <summary>What an authorizer says.</summary>
public enum AuthorizationVerdict
{
    /// <summary>Ask the next.</summary>
    NoOpinion,

    /// <summary>Let it through.</summary>
    Allow,

    /// <summary>Refuse it, whoever else would allow.</summary>
    Deny,
}
