using Portal.Core.Results;

namespace Portal.Core.Apps.Documents;

/// <summary>What both readers share: limits and the path of the place being read.</summary>
internal static class DocumentReader
{
    public const int MaxLength = 256 * 1024;
    public const int MaxDepth = 16;

    public static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    public static MapNode Map(List<MapEntry> entries, int? line, string path, List<FieldError> faults)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var kept = new List<MapEntry>(entries.Count);
        foreach (var entry in entries)
        {
            if (seen.Add(entry.Key)) kept.Add(entry);
            else faults.Add(new(Join(path, entry.Key), $"The key '{entry.Key}' stands here twice.", entry.Line));
        }

        return new(kept, line);
    }

    public static FieldError? TooLong(string text, int maxLength = MaxLength) =>
        text.Length > maxLength ? new("", $"The text is longer than {maxLength / 1024} KiB.") : null;
}
