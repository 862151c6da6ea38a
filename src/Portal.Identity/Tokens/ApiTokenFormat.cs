using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Portal.Identity.Tokens;

/// <summary>The form of an API token: <c>ptl_</c> + base64url of 32 random bytes; its first 12 characters serve as the lookup key.</summary>
internal static class ApiTokenFormat
{
    public const string Marker = "ptl_";
    public const int PrefixLength = 12;
    private const int SecretBytes = 32;
    private const int Length = 47;

    public static string Create() => Marker + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));

    public static bool IsApiToken(string token) => token.StartsWith(Marker, StringComparison.Ordinal);

    public static bool IsWellFormed(string token) =>
        token.Length == Length && IsApiToken(token) && token.AsSpan(Marker.Length).IndexOfAnyExcept(
            System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")) < 0;

    public static string Prefix(string token) => token[..PrefixLength];

    public static byte[] Hash(string token) => SHA256.HashData(Encoding.ASCII.GetBytes(token));
}
