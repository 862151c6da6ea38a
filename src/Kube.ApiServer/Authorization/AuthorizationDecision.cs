namespace Kube.ApiServer.Authorization;

/// <summary>A verdict and why.</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="Reason">For a person; may be empty.</param>
public sealed record AuthorizationDecision(AuthorizationVerdict Verdict, string Reason = "")
{
    /// <summary>Let it through.</summary>
    public static AuthorizationDecision Allow { get; } = new(AuthorizationVerdict.Allow);

    /// <summary>Ask the next.</summary>
    public static AuthorizationDecision NoOpinion { get; } = new(AuthorizationVerdict.NoOpinion);

    /// <summary>Refuse it.</summary>
    public static AuthorizationDecision Deny(string reason) => new(AuthorizationVerdict.Deny, reason);
}
