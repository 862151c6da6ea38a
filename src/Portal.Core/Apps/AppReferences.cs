using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Portal.Core.Apps;

/// <summary>
/// References to other apps in values of variables: <c>${db.host}</c>, or <c>${db.admin.port}</c> for a process other than <c>web</c>. What does not look like one is
/// text; <c>$${</c> stands for <c>${</c>.
/// </summary>
internal static partial class AppReferences
{
    /// <summary>The references of a spec: the variable they stand in, the app, the process, and what of it.</summary>
    public static IEnumerable<(string Variable, AppReference Reference)> In(AppSpec spec) => spec.Env.SelectMany(variable =>
        Pattern().Matches(variable.Value).Where(match => !IsEscaped(match)).Select(match => (variable.Key, Of(match))));

    /// <summary>The variables with every reference replaced.</summary>
    /// <param name="env">The variables as declared.</param>
    /// <param name="address">The address of a reference; null leaves the text as it is.</param>
    public static ImmutableSortedDictionary<string, string> Resolve(ImmutableSortedDictionary<string, string> env, Func<AppReference, string?> address) =>
        env.ToImmutableSortedDictionary(
            variable => variable.Key,
            variable => Pattern().Replace(variable.Value, match => IsEscaped(match) ? match.Value[1..] : address(Of(match)) ?? match.Value), StringComparer.Ordinal);

    private static bool IsEscaped(Match match) => match.Value.StartsWith("$$", StringComparison.Ordinal);

    private static AppReference Of(Match match) => new(match.Groups["app"].Value, match.Groups["process"] is { Success: true } process ? process.Value : "web", match.Groups["what"].Value);

    [GeneratedRegex(@"\$?\$\{(?<app>[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)(?:\.(?<process>[a-z0-9](?:[-a-z0-9]*[a-z0-9])?))?\.(?<what>host|port|url)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
