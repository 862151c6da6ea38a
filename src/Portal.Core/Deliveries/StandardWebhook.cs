using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Portal.Core.Deliveries;

/// <summary>Standard Webhooks 1.0.0: <c>v1,</c> and base64 of HMAC-SHA256 over <c>id.timestamp.body</c>. https://www.standardwebhooks.com</summary>
internal static class StandardWebhook
{
    public const string SecretPrefix = "whsec_";
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    public static string NewSecret() => SecretPrefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    public static string Sign(string secret, string id, string timestamp, ReadOnlySpan<byte> body) => "v1," + Convert.ToBase64String(Hash(secret, id, timestamp, body));

    /// <summary>Whether one of the space-separated signatures was made with the secret. Compares in constant time.</summary>
    public static bool Verify(string secret, string id, string timestamp, ReadOnlySpan<byte> body, string signatures)
    {
        var expected = Hash(secret, id, timestamp, body);
        var valid = false;
        Span<byte> given = stackalloc byte[64];
        // More than a few are no rotation any more but somebody trying.
        foreach (var signature in signatures.Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(8))
        {
            if (!signature.StartsWith("v1,", StringComparison.Ordinal)) continue;
            if (Convert.TryFromBase64Chars(signature.AsSpan(3), given, out var length)) valid |= CryptographicOperations.FixedTimeEquals(given[..length], expected);
        }

        return valid;
    }

    /// <summary>Whether a timestamp (Unix seconds) is within the tolerance.</summary>
    public static bool IsTimely(string timestamp, DateTimeOffset now) =>
        long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && Math.Abs(now.ToUnixTimeSeconds() - seconds) <= (long)Tolerance.TotalSeconds;

    private static byte[] Hash(string secret, string id, string timestamp, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Convert.FromBase64String(secret[SecretPrefix.Length..]));
        hmac.AppendData(Encoding.UTF8.GetBytes($"{id}.{timestamp}."));
        hmac.AppendData(body);
        return hmac.GetHashAndReset();
    }
}
