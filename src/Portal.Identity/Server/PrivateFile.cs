namespace Portal.Identity.Server;

/// <summary>Files for the owner's eyes only (0600), complete or not there at all.</summary>
internal static class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes the file, replacing an older one.</summary>
    public static void Replace(string path, byte[] content) => File.Move(WriteBeside(path, content), path, overwrite: true);

    /// <summary>The content of the file, made by <paramref name="create"/> when there is none. Of two processes that create it at once, one wins and both read the same.</summary>
    public static byte[] ReadOrCreate(string path, Func<byte[]> create)
    {
        if (!File.Exists(path))
        {
            var beside = WriteBeside(path, create());
            try
            {
                File.Move(beside, path, overwrite: false);
            }
            catch (IOException) when (File.Exists(path))
            {
                File.Delete(beside);
            }
        }

        return File.ReadAllBytes(path);
    }

    private static string WriteBeside(string path, byte[] content)
    {
        // Windows has no file modes; a key file that everybody may read is worse than none.
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException("Key files need Unix file modes.");
        var directory = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(directory))
            Directory.CreateDirectory(directory, OwnerOnly | UnixFileMode.UserExecute);
        var beside = Path.Combine(directory, $".{Path.GetFileName(path)}.{Guid.NewGuid():n}");
        using var stream = new FileStream(beside, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });
        stream.Write(content);
        stream.Flush(flushToDisk: true);
        return beside;
    }
}
