using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Kube.Machinery.Client;

/// <summary>
/// Reads a watch as the bytes that came: <c>{"type":"MODIFIED","object":{...}}</c>, a line each. A pod's line is looked through once for its parts and decoded once;
/// field ownership, which is a third of it and of no use to a cache, is cut out before.
/// </summary>
internal static class WatchLines
{
    private const int Buffer = 64 * 1024;

    /// <summary>The lines of a stream, without empty ones.</summary>
    /// <exception cref="IOException">The stream broke.</exception>
    public static async IAsyncEnumerable<ReadOnlySequence<byte>> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: Buffer, leaveOpen: true));
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync(cancellationToken);
                var rest = result.Buffer;
                while (rest.PositionOf((byte)'\n') is { } end)
                {
                    var line = rest.Slice(0, end);
                    rest = rest.Slice(rest.GetPosition(1, end));
                    if (!line.IsEmpty)
                    {
                        yield return line;
                    }
                }

                if (result.IsCompleted)
                {
                    if (!rest.IsEmpty)
                    {
                        yield return rest;
                    }

                    yield break;
                }

                reader.AdvanceTo(rest.Start, rest.End);
            }
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    /// <summary>Takes a line apart.</summary>
    /// <param name="line">The line.</param>
    /// <param name="omitManagedFields">Leaves <c>metadata.managedFields</c> out.</param>
    /// <exception cref="JsonException">The line is not of the form.</exception>
    public static WatchLine Parse(ReadOnlySequence<byte> line, bool omitManagedFields)
    {
        var bytes = ArrayPool<byte>.Shared.Rent((int)line.Length);
        try
        {
            line.CopyTo(bytes);
            return Parse(bytes, (int)line.Length, omitManagedFields);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(bytes);
            throw;
        }
    }

    private static WatchLine Parse(byte[] bytes, int length, bool omitManagedFields)
    {
        var reader = new Utf8JsonReader(bytes.AsSpan(0, length));
        var (type, start, end) = ("", 0, 0);
        var cut = default(Range);
        Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                type = reader.ValueTextEquals("MODIFIED"u8) ? "MODIFIED" : reader.GetString() ?? "";
            }
            else if (reader.ValueTextEquals("object"u8))
            {
                Expect(ref reader, JsonTokenType.StartObject);
                start = (int)reader.TokenStartIndex;
                cut = Pass(ref reader, omitManagedFields);
                end = (int)reader.BytesConsumed;
            }
            else
            {
                reader.Skip();
            }
        }

        if (end == 0)
        {
            throw new JsonException("a line of a watch has no object");
        }

        var (from, size) = cut.GetOffsetAndLength(length);
        if (size > 0)
        {
            bytes.AsSpan(from + size, end - from - size).CopyTo(bytes.AsSpan(from));
            end -= size;
        }

        return new WatchLine(type, bytes, start, end - start);
    }

    // Goes to the object's end; what it leaves out of it is the member managedFields of its metadata, with the comma before or after.
    private static Range Pass(ref Utf8JsonReader reader, bool omitManagedFields)
    {
        var cut = default(Range);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!omitManagedFields || !reader.ValueTextEquals("metadata"u8))
            {
                reader.Skip();
                continue;
            }

            reader.Read();
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                cut = PassMetadata(ref reader);
            }
        }

        return cut;
    }

    private static Range PassMetadata(ref Utf8JsonReader reader)
    {
        var (cut, last, isFirst) = (default(Range), (int)reader.BytesConsumed, true);
        var open = -1;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var begin = (int)reader.TokenStartIndex;
            if (open >= 0)
            {
                (cut, open) = (open..begin, -1);
            }

            var isManaged = reader.ValueTextEquals("managedFields"u8);
            reader.Skip();
            var end = (int)reader.BytesConsumed;
            if (isManaged && isFirst)
            {
                open = begin;
            }
            else if (isManaged)
            {
                cut = last..end;
            }

            (last, isFirst) = (end, false);
        }

        return open >= 0 ? open..last : cut;
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType token)
    {
        if (!reader.Read() || reader.TokenType != token)
        {
            throw new JsonException($"a line of a watch has {reader.TokenType} where {token} is expected");
        }
    }
}
