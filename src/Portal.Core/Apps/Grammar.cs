using System.Text.RegularExpressions;

namespace Portal.Core.Apps;

/// <summary>The grammars of names. Each is an ECMA pattern too, so that the JSON schema can carry the same text.</summary>
internal static class Grammar
{
    /// <summary>A DNS label (RFC 1123) in lower case.</summary>
    public const string NamePattern = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

    /// <summary>A POSIX environment variable name, at most 128 characters.</summary>
    public const string VariablePattern = "^[A-Za-z_][A-Za-z0-9_]{0,127}$";

    /// <summary>A host name (RFC 1123) in lower case: labels of at most 63, at least two of them.</summary>
    public const string HostPattern = "^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\\.)+[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$";

    /// <summary>An absolute URL path without query or fragment.</summary>
    public const string PathPattern = "^/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*$";

    /// <summary>An image reference as the OCI distribution grammar has it: host[:port]/path[:tag][@digest].</summary>
    public const string ImagePattern =
        "^(?:(?:(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)(?:\\.(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?))*(?::[0-9]{1,5})?)/)?"
        + "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*)*"
        + "(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[a-f0-9]{64})?$";

    /// <summary>An amount of storage in binary units.</summary>
    public const string StoragePattern = "^[1-9][0-9]{0,5}(Mi|Gi|Ti)$";

    /// <summary>An absolute path in a container without <c>.</c>, <c>..</c>, doubled or final slashes, and not the root itself.</summary>
    public const string MountPattern = "^(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$";

    /// <summary>The IANA name of a time zone.</summary>
    public const string ZonePattern = "^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+){0,2}$";

    private static readonly Dictionary<string, Regex> Compiled = new[]
        { NamePattern, VariablePattern, HostPattern, PathPattern, ImagePattern, StoragePattern, MountPattern, ZonePattern, CronText.Pattern }
        .ToDictionary(pattern => pattern, pattern => new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant));

    /// <summary>Whether the whole text matches one of the patterns above, in time linear in its length.</summary>
    public static bool Matches(string pattern, string text) =>
        // In .NET `$` also matches before a final line feed; in ECMA it does not.
        !text.EndsWith('\n') && Compiled[pattern].IsMatch(text);

    public static bool IsName(string text, int maxLength) => text.Length <= maxLength && Matches(NamePattern, text);

    public static bool IsVariable(string text) => Matches(VariablePattern, text);

    public static bool IsHost(string text) => text.Length <= 253 && Matches(HostPattern, text);

    public static bool IsImage(string text) => text.Length <= 512 && Matches(ImagePattern, text);
}
