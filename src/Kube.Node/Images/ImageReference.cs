using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Kube.Node.Images;

/// <summary>
/// Image references as the runtime normalises them: <c>web:1</c> is <c>docker.io/library/web:1</c>, <c>localhost/web</c> is
/// <c>localhost/web:latest</c>.
/// </summary>
internal static partial class ImageReference
{
    public static bool TryNormalise(string? text, [NotNullWhen(true)] out string? reference)
    {
        reference = null;
        if (string.IsNullOrEmpty(text) || !Form().IsMatch(text))
            return false;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : text[..slash];
        var hasRegistry = first == "localhost" || first.Contains('.', StringComparison.Ordinal) || first.Contains(':', StringComparison.Ordinal);
        var full = hasRegistry ? text : slash < 0 ? "docker.io/library/" + text : "docker.io/" + text;
        var name = full[(full.LastIndexOf('/') + 1)..];
        reference = name.Contains(':', StringComparison.Ordinal) || name.Contains('@', StringComparison.Ordinal) ? full : full + ":latest";
        return true;
    }

    public static bool IsLatest(string reference) => reference.EndsWith(":latest", StringComparison.Ordinal);

    public static bool IsLocal(string reference) => reference.StartsWith("localhost/", StringComparison.Ordinal);

    [GeneratedRegex("^(?:(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?)(?::[0-9]+)?/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$")]
    private static partial Regex Form();
}
