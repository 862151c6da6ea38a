namespace Portal.Identity.Accounts;

/// <summary>The account to create.</summary>
/// <param name="Email">E-mail address, unique without regard to case; at most 254 characters.</param>
/// <param name="Password">Password, 12 to 256 characters.</param>
/// <param name="DisplayName">Name shown to others; the local part of the address when null.</param>
/// <param name="PlatformAdmin">Gives the role <see cref="PlatformRoleNames.PlatformAdmin"/>.</param>
public sealed record NewUser(string Email, string Password, string? DisplayName = null, bool PlatformAdmin = false)
{
    /// <summary>Keeps the password out of logs.</summary>
    public override string ToString() => $"NewUser {{ Email = {Email}, PlatformAdmin = {PlatformAdmin} }}";
}
