namespace Portal.Identity.Tokens;

/// <summary>A new API token. This is the only time the token itself is seen.</summary>
/// <param name="Token">The token, <c>ptl_</c> and 43 characters.</param>
/// <param name="Summary">What stays visible of it.</param>
public sealed record CreatedApiToken(string Token, ApiTokenSummary Summary)
{
    /// <summary>Keeps the token out of logs.</summary>
    public override string ToString() => $"CreatedApiToken {{ Id = {Summary.Id} }}";
}
