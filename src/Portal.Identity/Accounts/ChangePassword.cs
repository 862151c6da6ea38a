using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Identity.Persistence;
using Portal.Identity.Sessions;

namespace Portal.Identity.Accounts;

/// <summary>Changes a password; every other session of the account ends with it.</summary>
internal sealed class ChangePassword(IServiceScopeFactory scopes, SessionRegistry sessions)
{
    public async Task<IReadOnlyList<Fault>> ExecuteAsync(Guid accountId, Guid currentSession, string current, string replacement, CancellationToken cancellationToken)
    {
        if (replacement.Length > AccountWriter.MaxPasswordLength)
            return [new Fault("password", $"Passwords have at most {AccountWriter.MaxPasswordLength} characters.")];

        await using var scope = scopes.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<IdentityDbContext>();
        var accounts = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        var account = await accounts.FindByIdAsync(accountId.ToString());
        if (account is null)
            return [new Fault("current", "The current password is not right.")];
        var result = await accounts.ChangePasswordAsync(account, current, replacement);
        if (!result.Succeeded)
            return [.. result.Errors.Select(AccountWriter.ToFault)];

        // The stamp has changed, which ends all sessions; the one in which the person sits goes on.
        var stamp = await accounts.GetSecurityStampAsync(account);
        await context.Sessions.Where(s => s.Id == currentSession && s.AccountId == accountId)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.Stamp, stamp), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await sessions.RevokeAllAsync(accountId, except: currentSession, cancellationToken);
        return [];
    }
}
