using System.Text.Json;

namespace Portal.Host.Backups;

/// <summary>The first entry of an archive, <c>manifest.json</c>: what is in it, so that a restore knows before it changes anything.</summary>
/// <param name="Format">Version of the archive's layout.</param>
/// <param name="TakenAt">The moment it shows.</param>
/// <param name="Revision">The store's revision at that moment.</param>
/// <param name="Objects">How many Kubernetes objects it holds.</param>
/// <param name="Instance">Number of the instance on its machine; its pod and service ranges follow from it.</param>
/// <param name="HasKeys">Whether the keys are inside.</param>
/// <param name="Files">SHA-256 of every other entry, lower-case hex, by its name.</param>
internal sealed record BackupManifest(int Format, DateTimeOffset TakenAt, long Revision, long Objects, int Instance, bool HasKeys, IReadOnlyDictionary<string, string> Files)
{
    /// <summary>Name of the entry.</summary>
    public const string FileName = "manifest.json";

    /// <summary>The layout this build writes and reads.</summary>
    public const int CurrentFormat = 1;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Reads one; null when the text is none.</summary>
    public static BackupManifest? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<BackupManifest>(text, Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => JsonSerializer.Serialize(this, Json);
}
