namespace Architecture.Tests;

/// <summary>The checkout the tests run in, found upwards from the test's own binaries.</summary>
internal static class Solution
{
    public static string Root { get; } = Find();

    public static string Source => Path.Combine(Root, "src");

    /// <summary>All C# and Razor files of the product, generated and build output excepted.</summary>
    public static IEnumerable<string> SourceFiles(string pattern = "*.cs") =>
        Directory.EnumerateFiles(Source, pattern, SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal)
                && !path.Contains("/bin/", StringComparison.Ordinal)
                && !path.Contains("/node_modules/", StringComparison.Ordinal));

    private static string Find()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Portal.sln")))
                return directory.FullName;
        }

        throw new InvalidOperationException("Portal.sln was not found above " + AppContext.BaseDirectory);
    }
}
