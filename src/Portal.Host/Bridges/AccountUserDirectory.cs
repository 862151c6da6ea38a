using Portal.Core.Members;
using Portal.Identity.Accounts;

namespace Portal.Host.Bridges;

/// <summary>Lets Portal.Core find accounts, which live in Portal.Identity.</summary>
internal sealed class AccountUserDirectory(AccountDirectory accounts) : IUserDirectory
{
    public async Task<UserRef?> FindByEmailAsync(string email, CancellationToken cancellationToken) =>
        await accounts.FindByEmailAsync(email, cancellationToken) is { Disabled: false } account ? new UserRef(account.Id, account.Email) : null;
}
