using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Portal.Identity.Persistence;

namespace Portal.Identity.Accounts;

/// <summary>Finds, or creates at the first sign-in, the local account of a person whom another provider has authenticated.</summary>
internal sealed class ExternalAccounts(IServiceScopeFactory scopes)
{
    /// <summary>The account id; null when the address already belongs to another account. An address alone never links to an
    /// existing account: whoever controls the provider's mail claim would otherwise take it over.</summary>
    public async Task<Guid?> ResolveAsync(string issuer, string subject, string? email, string? name, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        var known = await accounts.FindByLoginAsync(issuer, subject);
        if (known is not null)
            return known.Id;
        if (email is null || !email.Contains('@', StringComparison.Ordinal))
            return null;

        var context = scope.ServiceProvider.GetRequiredService<IdentityDbContext>();
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        var account = scope.ServiceProvider.GetRequiredService<AccountWriter>().NewAccount(email, name);
        if (!(await accounts.CreateAsync(account)).Succeeded)
            return null;
        if (!(await accounts.AddLoginAsync(account, new UserLoginInfo(issuer, subject, issuer))).Succeeded)
            return null;
        await transaction.CommitAsync(cancellationToken);
        return account.Id;
    }
}
