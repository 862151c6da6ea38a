using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Identity;
using Portal.Identity.Persistence;

namespace Portal.Identity.Accounts;

/// <summary>Checks and stores a new account inside the caller's transaction.</summary>
internal sealed class AccountWriter(UserManager<Account> accounts, TimeProvider time)
{
    public const int MaxEmailLength = 254;
    public const int MaxPasswordLength = 256;

    private static readonly EmailAddressAttribute EmailForm = new();

    public async Task<Outcome<AccountSummary>> AddAsync(NewUser user, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var email = user.Email.Trim();
        var faults = Check(email, user.Password).ToArray();
        if (faults.Length > 0)
            return Outcome<AccountSummary>.Refused(faults);

        var account = NewAccount(email, user.DisplayName);
        var result = await accounts.CreateAsync(account, user.Password);
        if (result.Succeeded && user.PlatformAdmin)
            result = await accounts.AddToRoleAsync(account, PlatformRoleNames.PlatformAdmin);
        if (!result.Succeeded)
            return Outcome<AccountSummary>.Refused([.. result.Errors.Select(ToFault).DistinctBy(fault => fault.Message)]);
        return Outcome<AccountSummary>.Of(new AccountSummary(
            account.Id, email, account.DisplayName, user.PlatformAdmin ? [PlatformRoleNames.PlatformAdmin] : [], Disabled: false));
    }

    public Account NewAccount(string email, string? displayName) => new()
    {
        Id = Guid.CreateVersion7(time.GetUtcNow()),
        Email = email,
        UserName = email,
        DisplayName = string.IsNullOrWhiteSpace(displayName) ? email[..email.IndexOf('@', StringComparison.Ordinal)] : displayName.Trim(),
        CreatedAt = time.GetUtcNow(),
        LockoutEnabled = true,
    };

    internal static Fault ToFault(IdentityError error) => error.Code switch
    {
        // The user name is the address, so both codes say the same thing.
        nameof(IdentityErrorDescriber.DuplicateUserName) or nameof(IdentityErrorDescriber.DuplicateEmail) => new Fault("email", "An account with this e-mail address exists already."),
        nameof(IdentityErrorDescriber.InvalidEmail) or nameof(IdentityErrorDescriber.InvalidUserName) => new Fault("email", "This is not an e-mail address."),
        nameof(IdentityErrorDescriber.PasswordMismatch) => new Fault("current", "The current password is not right."),
        var code when code.StartsWith("Password", StringComparison.Ordinal) => new Fault("password", error.Description),
        _ => new Fault("", error.Description),
    };

    private static IEnumerable<Fault> Check(string email, string password)
    {
        if (email.Length > MaxEmailLength || !EmailForm.IsValid(email) || email.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
            yield return new Fault("email", "This is not an e-mail address.");
        if (password.Length > MaxPasswordLength)
            yield return new Fault("password", $"Passwords have at most {MaxPasswordLength} characters.");
    }
}
