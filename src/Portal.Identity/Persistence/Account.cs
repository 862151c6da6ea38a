using Microsoft.AspNetCore.Identity;

namespace Portal.Identity.Persistence;

/// <summary>A person. <see cref="IdentityUser{TKey}.UserName"/> always equals the e-mail address.</summary>
internal sealed class Account : IdentityUser<Guid>
{
    public string DisplayName { get; set; } = "";

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Set when an administrator closed the account: no session or token of it is valid any more.</summary>
    public DateTimeOffset? DisabledAt { get; set; }
}
