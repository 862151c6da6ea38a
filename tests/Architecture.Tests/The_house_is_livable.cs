using Xunit;

namespace Architecture.Tests;

/// <summary>Small rooms: no god files, no drawers without a name.</summary>
public sealed class The_house_is_livable
{
    private const int LongestFile = 600;

    [Fact]
    public void No_file_is_longer_than_600_lines() =>
        Assert.Empty(Solution.SourceFiles().Where(path => File.ReadLines(path).Count() > LongestFile).Select(path => Path.GetRelativePath(Solution.Source, path)));

    // A field manager is what server-side apply calls it.
    private static readonly string[] FieldsOwnWords = ["FieldManager"];

    [Fact]
    public void No_type_is_called_utils_helper_or_manager() =>
        Assert.Empty(Solution.SourceFiles()
            .Select(path => Path.GetFileNameWithoutExtension(path))
            .Except(FieldsOwnWords)
            .Where(name => name.EndsWith("Utils", StringComparison.Ordinal) || name.EndsWith("Helper", StringComparison.Ordinal) || name.EndsWith("Manager", StringComparison.Ordinal)));

    [Fact]
    public void No_plan_or_report_lies_in_the_tree() =>
        Assert.Empty(Directory.EnumerateFiles(Solution.Root, "*.md", SearchOption.TopDirectoryOnly)
            .Select(path => Path.GetFileName(path))
            .Except(["README.md", "CONTRIBUTING.md", "SECURITY.md"]));
}
