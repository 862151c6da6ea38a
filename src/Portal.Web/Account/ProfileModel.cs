using Portal.Identity.Accounts;
using Portal.Identity.Tokens;

namespace Portal.Web.Account;

/// <summary>What the profile page shows.</summary>
/// <param name="Email">E-mail address of the account.</param>
/// <param name="CurrentSession">The session of this very request.</param>
/// <param name="Sessions">Live sessions, the last used first.</param>
/// <param name="Tokens">API tokens, newest first.</param>
/// <param name="HasPassword">False for accounts of another provider.</param>
/// <param name="Faults">Faults of the form just sent.</param>
/// <param name="Done">What has just been done; null when nothing.</param>
/// <param name="NewToken">A token just created, shown this once.</param>
public sealed record ProfileModel(
    string Email, Guid CurrentSession, IReadOnlyList<SessionRow> Sessions, IReadOnlyList<ApiTokenSummary> Tokens,
    bool HasPassword, IReadOnlyList<Fault> Faults, string? Done, string? NewToken);
