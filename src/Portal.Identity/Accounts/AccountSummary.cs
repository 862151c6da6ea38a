namespace Portal.Identity.Accounts;

/// <summary>What other rooms may know of an account.</summary>
/// <param name="Id">Account id, the <c>sub</c> of its tokens.</param>
/// <param name="Email">E-mail address.</param>
/// <param name="DisplayName">Name shown to others.</param>
/// <param name="PlatformRoles">Names out of <see cref="PlatformRoleNames"/>.</param>
/// <param name="Disabled">True when the account was closed.</param>
public sealed record AccountSummary(Guid Id, string Email, string DisplayName, IReadOnlyList<string> PlatformRoles, bool Disabled);
