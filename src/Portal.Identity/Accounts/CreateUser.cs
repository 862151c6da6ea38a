using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portal.Identity.Persistence;
using Portal.Identity.Setup;

namespace Portal.Identity.Accounts;

/// <summary>Creates an account without a browser (<c>portal user create</c>). Works in a process that serves nothing.</summary>
public sealed class CreateUser
{
    private readonly IServiceScopeFactory _scopes;
    private readonly SetupCodeFile _file;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    internal CreateUser(IServiceScopeFactory scopes, SetupCodeFile file, TimeProvider time, ILogger<CreateUser> logger)
    {
        _scopes = scopes;
        _file = file;
        _time = time;
        _logger = logger;
    }

    /// <summary>Creates the account; a platform administrator also spends the set-up code. Faults name <c>email</c> or <c>password</c>.</summary>
    public async Task<Outcome<AccountSummary>> ExecuteAsync(NewUser user, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        await using var scope = _scopes.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<IdentityDbContext>();
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        var outcome = await scope.ServiceProvider.GetRequiredService<AccountWriter>().AddAsync(user, cancellationToken);
        if (!outcome.Succeeded)
            return outcome;

        if (user.PlatformAdmin)
        {
            var now = _time.GetUtcNow();
            await context.SetupCodes.Where(code => code.UsedAt == null).ExecuteUpdateAsync(set => set.SetProperty(code => code.UsedAt, now), cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        if (user.PlatformAdmin)
            _file.Delete();
        _logger.AccountCreated(outcome.Value!.Id);
        return outcome;
    }
}
