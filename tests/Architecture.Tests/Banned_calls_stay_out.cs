using System.Text.RegularExpressions;
using Xunit;

namespace Architecture.Tests;

/// <summary>The banned calls of CONTRIBUTING.md, with the few places that are the one allowed door to each.</summary>
public sealed class Banned_calls_stay_out
{
    private static readonly (string Name, Regex Pattern, string[] Allowed)[] Rules =
    [
        ("the wall clock instead of TimeProvider", new Regex(@"\bDateTime(Offset)?\.(Now|UtcNow|Today)\b"), []),
        ("Thread.Sleep", new Regex(@"\bThread\.Sleep\("), []),
        ("async void", new Regex(@"\basync void\b"), []),
        ("the console outside host and command line", new Regex(@"\bConsole\.(Write|Read|Out|Error|In)"), ["Portal.Host/", "Portal.Cli/"]),
        ("environment variables outside host and command line", new Regex(@"\bEnvironment\.GetEnvironmentVariable"), ["Portal.Host/", "Portal.Cli/"]),
        ("raw markup", new Regex(@"\bMarkupString\b|\bAddMarkupContent\b"), []),
        ("query filters switched off", new Regex(@"\bIgnoreQueryFilters\b"), []),
    ];

    public static TheoryData<string> RuleNames => [.. Rules.Select(rule => rule.Name)];

    [Theory]
    [MemberData(nameof(RuleNames))]
    public void No_file_uses(string name)
    {
        var rule = Rules.Single(candidate => candidate.Name == name);
        var found = Solution.SourceFiles()
            .Concat(Solution.SourceFiles("*.razor"))
            .Select(path => (Path: Path.GetRelativePath(Solution.Source, path), Text: File.ReadAllText(path)))
            .Where(file => !rule.Allowed.Any(prefix => file.Path.StartsWith(prefix, StringComparison.Ordinal)))
            .Where(file => file.Text.Split('\n').Any(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal) && rule.Pattern.IsMatch(line)))
            .Select(file => file.Path);
        Assert.Empty(found);
    }
}
