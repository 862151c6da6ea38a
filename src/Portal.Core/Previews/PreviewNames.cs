using System.Text.RegularExpressions;
using Portal.Core.Apps;

namespace Portal.Core.Previews;

/// <summary>Names of previews' environments, and the order their apps are made in.</summary>
internal static partial class PreviewNames
{
    private const int MaxLength = 20;
    private const int Digits = 6;

    /// <summary>The key itself where it is a name that is free; else what is readable of it and digits of its hash, so that feature/x and feature-x stay apart.</summary>
    public static string Of(string key, Predicate<string> isTaken)
    {
        if (Grammar.IsName(key, MaxLength) && !isTaken(key)) return key;
        var readable = Other().Replace(key.ToLowerInvariant(), "-").Trim('-');
        if (readable.Length > MaxLength - Digits - 1) readable = readable[..(MaxLength - Digits - 1)].Trim('-');
        var digits = Names.Digest(key)[..Digits];
        return readable.Length == 0 ? $"preview-{digits}" : $"{readable}-{digits}";
    }

    /// <summary>Apps after those they refer to; a circle begins anywhere.</summary>
    public static IEnumerable<string> InOrder(IReadOnlyDictionary<string, AppSpec> specs)
    {
        var done = new HashSet<string>(StringComparer.Ordinal);
        var order = new List<string>();
        foreach (var name in specs.Keys.Order(StringComparer.Ordinal)) Visit(name);
        return order;

        void Visit(string name)
        {
            if (!specs.TryGetValue(name, out var spec) || !done.Add(name)) return;
            foreach (var other in AppReferences.In(spec).Select(reference => reference.Reference.App)) Visit(other);
            order.Add(name);
        }
    }

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex Other();
}
