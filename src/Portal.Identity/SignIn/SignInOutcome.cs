using Portal.Identity.Sessions;

namespace Portal.Identity.SignIn;

/// <summary>The new session and the browser's device cookie; both null when refused.</summary>
internal sealed record SignInOutcome(SessionState? Session, string? DeviceCookie)
{
    public static SignInOutcome Refused { get; } = new(null, null);
}
