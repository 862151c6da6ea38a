using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace Portal.Identity.SignIn;

/// <summary>A cookie value that proves an earlier sign-in of this account in this browser. Guesses from elsewhere then cannot lock its owner out.</summary>
internal sealed class KnownDevices(IDataProtectionProvider protection)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(180);
    private readonly ITimeLimitedDataProtector _protector = protection.CreateProtector("Portal.Identity.KnownDevice").ToTimeLimitedDataProtector();

    public string Issue(Guid accountId) => _protector.Protect($"{accountId:n}.{Guid.NewGuid():n}", Lifetime);

    /// <summary>The device's id when the cookie was issued to this account, otherwise null.</summary>
    public string? Recognise(string? cookie, Guid accountId)
    {
        if (string.IsNullOrEmpty(cookie))
            return null;
        try
        {
            var parts = _protector.Unprotect(cookie).Split('.');
            return parts.Length == 2 && parts[0] == accountId.ToString("n") ? parts[1] : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
