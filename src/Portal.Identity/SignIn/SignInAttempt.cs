namespace Portal.Identity.SignIn;

/// <summary>One try to sign in. <paramref name="Peer"/> is the connection's address, never a header's.</summary>
internal sealed record SignInAttempt(string Email, string Password, string? Peer, string? UserAgent, string? DeviceCookie)
{
    public override string ToString() => $"SignInAttempt {{ Peer = {Peer} }}";
}
