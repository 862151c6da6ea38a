namespace Kube.Node.Volumes;

/// <summary>
/// Writes a set of files so that a reader sees all of the old or all of the new: the files live in a directory of their own,
/// <c>..data</c> links to it, and each visible name links through <c>..data</c>. Renaming a new <c>..data</c> over the old is the switch.
/// </summary>
internal static class AtomicWriter
{
    private const string DataLink = "..data";

    /// <summary>Makes <paramref name="directory"/> hold exactly <paramref name="files"/>; does nothing when it does already.</summary>
    /// <param name="directory">The volume's directory; exists.</param>
    /// <param name="files">Content by relative path.</param>
    /// <param name="group">Group that owns the files, or null.</param>
    public static void Write(string directory, IReadOnlyDictionary<string, VolumeFile> files, long? group)
    {
        var link = Path.Combine(directory, DataLink);
        var old = new DirectoryInfo(link).LinkTarget;
        if (old is not null && IsSame(Path.Combine(directory, old), files))
            return;
        var name = "..v" + Guid.NewGuid().ToString("n");
        var target = Path.Combine(directory, name);
        Create(target, group);
        foreach (var (path, file) in files)
        {
            var full = Path.Combine(target, path);
            if (Path.GetDirectoryName(full) is { } parent && parent != target && !Directory.Exists(parent))
                Create(parent, group);
            File.WriteAllBytes(full, file.Content);
            File.SetUnixFileMode(full, (UnixFileMode)file.Mode);
            if (group is { } id)
                FileSystemCalls.SetGroup(full, id);
        }

        var fresh = Path.Combine(directory, DataLink + "_tmp");
        File.Delete(fresh);
        File.CreateSymbolicLink(fresh, name);
        FileSystemCalls.Rename(fresh, link);

        var visible = files.Keys.Select(p => p.Split('/')[0]).ToHashSet(StringComparer.Ordinal);
        foreach (var top in visible)
        {
            var shown = Path.Combine(directory, top);
            if (new FileInfo(shown).LinkTarget is null)
                File.CreateSymbolicLink(shown, Path.Combine(DataLink, top));
        }

        foreach (var entry in Directory.EnumerateFileSystemEntries(directory))
        {
            var entryName = Path.GetFileName(entry);
            if (entryName != DataLink && entryName != name && !visible.Contains(entryName))
                Remove(entry);
        }
    }

    private static void Create(string directory, long? group)
    {
        Directory.CreateDirectory(directory);
        File.SetUnixFileMode(directory, (UnixFileMode)0x1ED);
        if (group is { } id)
            FileSystemCalls.SetGroup(directory, id);
    }

    private static void Remove(string entry)
    {
        if (new FileInfo(entry).LinkTarget is not null || File.Exists(entry))
            File.Delete(entry);
        else
            Directory.Delete(entry, recursive: true);
    }

    private static bool IsSame(string directory, IReadOnlyDictionary<string, VolumeFile> files)
    {
        if (!Directory.Exists(directory))
            return false;
        var present = Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).ToList();
        return present.Count == files.Count && present.TrueForAll(path =>
            files.TryGetValue(Path.GetRelativePath(directory, path), out var file)
            && (int)File.GetUnixFileMode(path) == file.Mode && File.ReadAllBytes(path).AsSpan().SequenceEqual(file.Content));
    }
}
