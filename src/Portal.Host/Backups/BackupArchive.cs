using System.Formats.Tar;
using System.Security.Cryptography;
using Portal.Host.Instance;

namespace Portal.Host.Backups;

/// <summary>The file of a backup: a tar of the manifest, the dumps of both databases (compressed by themselves), and the small files beside them.</summary>
internal static class BackupArchive
{
    /// <summary>Writes it under another name first, readable by its owner only, and renames it when it is whole and on disk.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="files">Paths by entry name.</param>
    /// <param name="describe">Makes the manifest from the checksums.</param>
    /// <param name="cancellationToken">Gives up; nothing is left.</param>
    public static async Task WriteAsync(string path, IReadOnlyDictionary<string, string> files, Func<IReadOnlyDictionary<string, string>, BackupManifest> describe, CancellationToken cancellationToken)
    {
        var sums = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, file) in files)
            sums[name] = await SumAsync(file, cancellationToken);
        var partial = path + ".partial";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.Asynchronous, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
            await using (var stream = new FileStream(partial, options))
            {
                await using (var tar = new TarWriter(stream, TarEntryFormat.Pax, leaveOpen: true))
                {
                    using var manifest = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(describe(sums).ToString()));
                    await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, BackupManifest.FileName) { DataStream = manifest, Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite }, cancellationToken);
                    foreach (var (name, file) in files)
                        await tar.WriteEntryAsync(file, name, cancellationToken);
                }

                stream.Flush(flushToDisk: true);
            }

            File.Move(partial, path, overwrite: false);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    /// <summary>Takes an archive apart into a directory and compares every checksum.</summary>
    /// <exception cref="StartException">The file is no archive of ours, is of a newer layout, or was damaged.</exception>
    public static async Task<BackupManifest> ReadAsync(string path, string directory, CancellationToken cancellationToken)
    {
        try
        {
            BackupManifest? manifest = null;
            var seen = new HashSet<string>(StringComparer.Ordinal);
            await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, useAsync: true);
            await using var tar = new TarReader(stream);
            while (await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
            {
                if (manifest is null)
                {
                    manifest = await ReadManifestAsync(path, entry, cancellationToken);
                    continue;
                }

                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || !manifest.Files.TryGetValue(entry.Name, out var sum) || !seen.Add(entry.Name))
                    throw new StartException($"{path} is damaged: the entry {entry.Name} does not belong there.");
                // The manifest's names are as trustworthy as the archive: none may lead out of the directory.
                var target = Path.GetFullPath(Path.Combine(directory, entry.Name));
                if (!target.StartsWith(directory + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                    throw new StartException($"{path} is damaged: the entry {entry.Name} does not belong there.");
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
                await using (var file = new FileStream(target, options))
                    await (entry.DataStream ?? Stream.Null).CopyToAsync(file, cancellationToken);
                if (await SumAsync(target, cancellationToken) != sum)
                    throw new StartException($"{path} is damaged: the checksum of {entry.Name} differs.");
            }

            if (manifest is null)
                throw new StartException($"{path} is no backup of Portal.");
            var missing = manifest.Files.Keys.Except(seen).Order(StringComparer.Ordinal).ToArray();
            return missing.Length == 0 ? manifest : throw new StartException($"{path} is cut off: {string.Join(", ", missing)} is missing.");
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new StartException($"{path} is no backup of Portal, or is damaged: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"{path} cannot be read: {exception.Message}", exception);
        }
    }

    private static async Task<BackupManifest> ReadManifestAsync(string path, TarEntry entry, CancellationToken cancellationToken)
    {
        if (entry.Name != BackupManifest.FileName || entry.DataStream is null || entry.Length > 1 << 20)
            throw new StartException($"{path} is no backup of Portal.");
        using var reader = new StreamReader(entry.DataStream);
        var manifest = BackupManifest.Parse(await reader.ReadToEndAsync(cancellationToken)) ?? throw new StartException($"{path} is no backup of Portal.");
        return manifest.Format == BackupManifest.CurrentFormat
            ? manifest
            : throw new StartException($"{path} has the layout {manifest.Format}, which this build does not know (it knows {BackupManifest.CurrentFormat}). Restore it with the build that made it.");
    }

    private static async Task<string> SumAsync(string file, CancellationToken cancellationToken)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, useAsync: true);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
    }
}
