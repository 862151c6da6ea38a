namespace Integration.Tests.Conformance;

/// <summary>A test of the conformance suite.</summary>
/// <param name="Name">Its title without the last word: <c>[sig-api-machinery] server version should find the server version</c>.</param>
/// <param name="Needs">What this suite cannot give it, or empty.</param>
internal sealed record ConformanceTitle(string Name, string Needs)
{
    private const string Path = "Conformance/titles.txt";

    /// <summary>All titles, in the list's order.</summary>
    public static IReadOnlyList<ConformanceTitle> All { get; } = [.. Read()];

    private static IEnumerable<ConformanceTitle> Read()
    {
        string prefix = "", needs = "";
        foreach (var line in File.ReadLines(System.IO.Path.Combine(AppContext.BaseDirectory, Path)))
        {
            switch (line)
            {
                case "" or ['#', ..]:
                    break;
                case ['>', ..]:
                    prefix = line[1..].Trim();
                    break;
                case ['!', ..]:
                    needs = line[1..].Trim();
                    break;
                default:
                    yield return new ConformanceTitle($"{prefix} {line.Replace("~N", "[NodeConformance]", StringComparison.Ordinal).Replace("~L", "[LinuxOnly] [NodeConformance]", StringComparison.Ordinal)}", needs);
                    break;
            }
        }
    }
}
