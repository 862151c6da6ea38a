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

    /// <summary>When the person last proved who they are, for a session of the console whose provider said so; null for every token.</summary>
    public DateTimeOffset? SignedInAt { get; init; }

    /// <summary>How long a sign-in counts as fresh, for the acts that ask for one.</summary>
    public static readonly TimeSpan JustSignedIn = TimeSpan.FromMinutes(5);

    // How far the provider's clock may be ahead of ours.
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    /// <summary>Whether the person's sign-in is fresh at a moment. A narrowed actor is a token and never fresh.</summary>
    public bool HasJustSignedIn(DateTimeOffset now) => Scope is null && SignedInAt is { } at && now - at < JustSignedIn && at - now < Skew;
}
