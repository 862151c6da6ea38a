using System.Globalization;

namespace Kube.ApiServer.Audit;

/// <summary>A file that only its owner reads; full, it is put aside as <c>.1</c>, older ones move up and the oldest goes.</summary>
/// <param name="path">The file.</param>
/// <param name="maxBytes">When it is full.</param>
/// <param name="maxFiles">How many are kept, this one included.</param>
internal sealed class RotatingFile(string path, long maxBytes, int maxFiles) : IDisposable
{
    private FileStream? _stream;

    public void Dispose() => _stream?.Dispose();

    /// <summary>Appends whole lines.</summary>
    /// <exception cref="IOException">The disk does not take them.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> lines)
    {
        if (lines.IsEmpty)
            return;
        _stream ??= Open();
        if (_stream.Length > 0 && _stream.Length + lines.Length > maxBytes)
        {
            await _stream.DisposeAsync().ConfigureAwait(false);
            _stream = null;
            Rotate();
            _stream = Open();
        }

        await _stream.WriteAsync(lines).ConfigureAwait(false);
        await _stream.FlushAsync().ConfigureAwait(false);
    }

    private FileStream Open()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.Read };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    private void Rotate()
    {
        if (maxFiles < 2)
        {
            File.Delete(path);
            return;
        }

        for (var number = maxFiles - 1; number > 0; number--)
        {
            var source = number == 1 ? path : Numbered(number - 1);
            if (File.Exists(source))
                File.Move(source, Numbered(number), overwrite: true);
        }
    }

    private string Numbered(int number) => path + "." + number.ToString(CultureInfo.InvariantCulture);
}
