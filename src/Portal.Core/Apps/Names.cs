using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Portal.Core.Apps;

/// <summary>Names that the server stamps.</summary>
internal static class Names
{
    public static string Rule(string noun, int maxLength) =>
        $"A {noun}'s name is at most {maxLength} lower-case letters, digits and hyphens and begins and ends with a letter or digit.";

    /// <summary>The namespace of an environment: readable, and unique by eight digits of its id.</summary>
    public static string Namespace(string project, string environment, Guid id) => $"{project}-{environment}-{id.ToString("N")[^8..]}";

    /// <summary>The default host of an app. The plain form is taken when it is free and short enough, else one with digits of the app's id.</summary>
    public static (string Plain, string Distinct) Hosts(string app, string environment, string project, Guid id, string baseDomain)
    {
        var label = $"{app}-{environment}-{project}";
        var distinct = $"{(label.Length > 54 ? label[..54] : label).TrimEnd('-')}-{id.ToString("N")[^8..]}";
        return ($"{(label.Length > 63 ? distinct : label)}.{baseDomain}", $"{distinct}.{baseDomain}");
    }

    /// <summary>Eight digits of a hash, for names that follow content.</summary>
    public static string Digest(string content) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)))[..8];

    /// <summary>A number as labels carry it.</summary>
    public static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
