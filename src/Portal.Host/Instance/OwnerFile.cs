namespace Portal.Host.Instance;

/// <summary>Files that only their owner may read, written in one step so that a reader never sees half of one.</summary>
internal static class OwnerFile
{
    /// <summary>Writes <paramref name="content"/> with mode 0600 to a temporary file and renames it into place.</summary>
    public static void Write(string path, string content)
    {
        var temporary = path + ".tmp";
        File.Delete(temporary);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var stream = new FileStream(temporary, options))
        using (var writer = new StreamWriter(stream))
        {
            writer.Write(content);
            writer.Flush();
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }
}
