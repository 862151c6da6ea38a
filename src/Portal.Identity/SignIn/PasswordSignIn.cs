using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portal.Identity.Accounts;
using Portal.Identity.Persistence;
using Portal.Identity.Sessions;

namespace Portal.Identity.SignIn;

/// <summary>Signs in by password. Unknown address, wrong password, locked and closed accounts answer alike and take the same time.</summary>
internal sealed class PasswordSignIn(
    IServiceScopeFactory scopes,
    SessionRegistry sessions,
    KnownDevices devices,
    AttemptLimiter limiter,
    TimeProvider time,
    ILogger<PasswordSignIn> logger)
{
    private const int AttemptsPerAccount = 10;
    private const int AttemptsPerPeer = 200;
    private static readonly TimeSpan AttemptWindow = TimeSpan.FromMinutes(15);

    /// <summary>Every refusal is answered this long after the request came, so that the time says nothing about the account.</summary>
    private static readonly TimeSpan RefusalTime = TimeSpan.FromMilliseconds(600);

    // A hash of nothing anybody knows, in the current format, so that an unknown address costs what a known one does.
    private readonly string _decoy = new PasswordHasher<Account>().HashPassword(new Account(), Guid.NewGuid().ToString());

    public async Task<SignInOutcome> ExecuteAsync(SignInAttempt attempt, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        await using var scope = scopes.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        var (account, reason) = await EvaluateAsync(accounts, attempt);
        if (account is null)
        {
            logger.SignInRefused(attempt.Peer, reason);
            var rest = RefusalTime - time.GetElapsedTime(start);
            if (rest > TimeSpan.Zero)
                await Task.Delay(rest, time, cancellationToken);
            return SignInOutcome.Refused;
        }

        var sessionId = await sessions.OpenAsync(account, attempt.UserAgent, attempt.Peer, cancellationToken);
        var state = await sessions.FindAsync(sessionId, cancellationToken);
        return state is null ? SignInOutcome.Refused : new SignInOutcome(state, devices.Issue(account.Id));
    }

    private async Task<(Account? Account, RefusalReason Reason)> EvaluateAsync(UserManager<Account> accounts, SignInAttempt attempt)
    {
        var email = attempt.Email.Trim();
        if (email.Length is 0 or > AccountWriter.MaxEmailLength || attempt.Password.Length is 0 or > AccountWriter.MaxPasswordLength)
            return (null, RefusalReason.WrongCredentials);

        var account = await accounts.FindByEmailAsync(email);
        var device = account is null ? null : devices.Recognise(attempt.DeviceCookie, account.Id);
        var accountKey = device is null ? $"account|{email.ToUpperInvariant()}" : $"device|{device}";
        if (!limiter.TryAcquire($"peer|{attempt.Peer}", AttemptsPerPeer, AttemptWindow) || !limiter.TryAcquire(accountKey, AttemptsPerAccount, AttemptWindow))
            return (null, RefusalReason.TooManyAttempts);

        // An account with a second factor waits for the issue that asks for it; a password alone must not open it.
        if (account is not { DisabledAt: null, TwoFactorEnabled: false, PasswordHash: not null })
        {
            Verify(accounts, account, attempt.Password);
            return (null, RefusalReason.WrongCredentials);
        }

        if (device is null && await accounts.IsLockedOutAsync(account))
        {
            Verify(accounts, account, attempt.Password);
            return (null, RefusalReason.LockedOut);
        }

        if (!await accounts.CheckPasswordAsync(account, attempt.Password))
        {
            if (device is null)
                await accounts.AccessFailedAsync(account);
            return (null, RefusalReason.WrongCredentials);
        }

        if (device is null)
            await accounts.ResetAccessFailedCountAsync(account);
        limiter.Reset(accountKey);
        return (account, default);
    }

    private void Verify(UserManager<Account> accounts, Account? account, string password) =>
        accounts.PasswordHasher.VerifyHashedPassword(account ?? new Account(), _decoy, password);
}
