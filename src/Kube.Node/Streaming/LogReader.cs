using System.Buffers;

namespace Kube.Node.Streaming;

/// <summary>Reads a container's log file, and what was rotated away before it, into a stream.</summary>
internal sealed class LogReader(TimeProvider time)
{
    private const int Block = 64 * 1024;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AskPeriod = TimeSpan.FromSeconds(1);

    /// <summary>Copies the wanted part.</summary>
    /// <param name="file">The log; <c>file.1</c> holds the rotated part.</param>
    /// <param name="request">What is wanted.</param>
    /// <param name="isRunning">Whether more can come.</param>
    /// <param name="destination">Receives the text.</param>
    /// <param name="redactor">Takes secrets out.</param>
    /// <param name="ct">Ends a follow.</param>
    public async Task CopyAsync(string file, LogRequest request, Func<CancellationToken, Task<bool>> isRunning, Stream destination, LogRedactor redactor, CancellationToken ct)
    {
        var output = new LogOutput(request, destination, redactor);
        var rotated = file + ".1";
        var skipRotated = !File.Exists(rotated);
        long start = 0;
        if (request.TailLines is { } lines)
        {
            (start, var missing) = await TailAsync(file, lines, ct).ConfigureAwait(false);
            if (!skipRotated && missing > 0)
                await CopyFileAsync(rotated, (await TailAsync(rotated, missing, ct).ConfigureAwait(false)).Start, output, ct).ConfigureAwait(false);
        }
        else if (!skipRotated)
        {
            await CopyFileAsync(rotated, 0, output, ct).ConfigureAwait(false);
        }

        if (request.Follow)
            await FollowAsync(file, start, output, isRunning, ct).ConfigureAwait(false);
        else
            await CopyFileAsync(file, start, output, ct).ConfigureAwait(false);
        await output.EndAsync(ct).ConfigureAwait(false);
    }

    private static FileStream Open(string file) => new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.Asynchronous);

    private static async Task CopyFileAsync(string file, long start, LogOutput output, CancellationToken ct)
    {
        if (!File.Exists(file))
            return;
        await using var stream = Open(file);
        stream.Position = start;
        await DrainAsync(stream, output, ct).ConfigureAwait(false);
        await output.EndFileAsync(ct).ConfigureAwait(false);
    }

    private async Task FollowAsync(string file, long start, LogOutput output, Func<CancellationToken, Task<bool>> isRunning, CancellationToken ct)
    {
        var stream = Open(file);
        try
        {
            stream.Position = start;
            var asked = time.GetUtcNow();
            while (!output.IsFull)
            {
                await DrainAsync(stream, output, ct).ConfigureAwait(false);
                await output.FlushAsync(ct).ConfigureAwait(false);
                // Rotation renames the file and makes a new one: shorter than where we are, under the same name.
                if (new FileInfo(file) is { Exists: true } now && now.Length < stream.Position)
                {
                    await stream.DisposeAsync().ConfigureAwait(false);
                    stream = Open(file);
                    continue;
                }

                if (time.GetUtcNow() - asked >= AskPeriod)
                {
                    asked = time.GetUtcNow();
                    if (!await isRunning(ct).ConfigureAwait(false))
                    {
                        await DrainAsync(stream, output, ct).ConfigureAwait(false);
                        return;
                    }
                }

                await Task.Delay(Poll, time, ct).ConfigureAwait(false);
            }
        }
        finally
        {
            await stream.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task DrainAsync(FileStream stream, LogOutput output, CancellationToken ct)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Block);
        try
        {
            while (!output.IsFull)
            {
                var read = await stream.ReadAsync(buffer, ct).ConfigureAwait(false);
                if (read == 0)
                    return;
                await output.TakeAsync(buffer.AsMemory(0, read), ct).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Where the last so many entries begin, searched from the end; and how many the file lacks.
    private static async Task<(long Start, long Missing)> TailAsync(string file, long lines, CancellationToken ct)
    {
        if (!File.Exists(file))
            return (0, lines);
        await using var stream = Open(file);
        if (lines <= 0)
            return (stream.Length, 0);
        var buffer = new byte[Block];
        var end = stream.Length;
        var position = end;
        long found = 0;
        while (position > 0)
        {
            var size = (int)Math.Min(Block, position);
            position -= size;
            stream.Position = position;
            await stream.ReadExactlyAsync(buffer.AsMemory(0, size), ct).ConfigureAwait(false);
            for (var i = size - 1; i >= 0; i--)
            {
                // The break that ends the last entry begins none.
                if (buffer[i] == (byte)'\n' && position + i + 1 < end && ++found >= lines && !await ContinuesAsync(stream, position + i, ct).ConfigureAwait(false))
                    return (position + i + 1, 0);
            }
        }

        return (0, end == 0 ? lines : Math.Max(0, lines - found - 1));
    }

    // Whether the entry that ends here is only a part of its line: half a line could show half a secret, which nobody would know for one.
    private static async Task<bool> ContinuesAsync(FileStream stream, long end, CancellationToken ct)
    {
        var size = (int)Math.Min(Block, end);
        var before = new byte[size];
        stream.Position = end - size;
        await stream.ReadExactlyAsync(before, ct).ConfigureAwait(false);
        return LogLine.TryParse(before.AsSpan(before.AsSpan().LastIndexOf((byte)'\n') + 1), out var entry) && entry.IsPartial;
    }
}
