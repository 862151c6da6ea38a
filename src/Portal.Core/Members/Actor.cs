using Portal.Core.Releases;

namespace Portal.Core.Members;

/// <summary>Who acts: an account, possibly through a token that narrows it.</summary>
/// <param name="UserId">The account's id in Portal.Identity.</param>
/// <param name="Email">The account's address, for the audit and for display.</param>
/// <param name="PlatformRoles">The account's roles over the platform.</param>
/// <param name="Scope">The narrowing of the token used, or null for a browser session.</param>
public sealed record Actor(Guid UserId, string Email, PlatformRoles PlatformRoles, TokenScope? Scope = null)
{
    /// <summary>How the actor came in: the console unless the host says otherwise.</summary>
    public ReleaseTrigger Via { get; init; } = ReleaseTrigger.Console;
}
