using System.Buffers;
using System.Text;

namespace Kube.Node.Streaming;

/// <summary>Turns log entries into the text asked for, without the secrets the redactor knows; keeps an unfinished entry until the rest has come.</summary>
internal sealed class LogOutput(LogRequest request, Stream destination, LogRedactor redactor)
{
    private readonly ArrayBufferWriter<byte> _pending = new();
    private readonly ArrayBufferWriter<byte> _out = new();
    private readonly StringBuilder _clean = new();
    private string _held = "";
    private long _written;
    private bool _within;
    private bool _passed = request.Since is null;

    /// <summary>The limit is reached.</summary>
    public bool IsFull => request.LimitBytes is { } limit && _written >= limit;

    public async ValueTask TakeAsync(ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        while (!IsFull)
        {
            var end = data.Span.IndexOf((byte)'\n');
            if (end < 0)
            {
                _pending.Write(data.Span);
                break;
            }

            if (_pending.WrittenCount > 0)
            {
                _pending.Write(data.Span[..end]);
                Format(_pending.WrittenSpan);
                _pending.ResetWrittenCount();
            }
            else
            {
                Format(data.Span[..end]);
            }

            data = data[(end + 1)..];
        }

        await WriteOutAsync(ct).ConfigureAwait(false);
    }

    /// <summary>The file ends here, though perhaps not the log: an entry without its break is taken as it is.</summary>
    public async ValueTask EndFileAsync(CancellationToken ct)
    {
        if (_pending.WrittenCount > 0 && !IsFull)
            Format(_pending.WrittenSpan);
        _pending.ResetWrittenCount();
        await WriteOutAsync(ct).ConfigureAwait(false);
    }

    /// <summary>The log ends here; what was held of an unfinished line goes out.</summary>
    public async ValueTask EndAsync(CancellationToken ct)
    {
        await EndFileAsync(ct).ConfigureAwait(false);
        if (_held.Length > 0 && !IsFull)
        {
            redactor.RedactEnd(_held, _clean);
            AppendClean();
            _held = "";
            await WriteOutAsync(ct).ConfigureAwait(false);
        }

        await FlushAsync(ct).ConfigureAwait(false);
    }

    public Task FlushAsync(CancellationToken ct) => destination.FlushAsync(ct);

    private void Format(ReadOnlySpan<byte> entry)
    {
        if (!LogLine.TryParse(entry, out var line))
            return;
        // Entries are in order of time: once one is late enough, so is the rest.
        if (!_passed && !(_passed = line.Time >= request.Since))
            return;
        if (request.Timestamps && !_within)
        {
            Append(line.Timestamp);
            Append(" "u8);
        }

        if (redactor.IsEmpty)
            Append(line.Text);
        else
            Redact(line.Text, isEnd: !line.IsPartial);
        _within = line.IsPartial;
        if (!line.IsPartial)
            Append("\n"u8);
    }

    // Bytes are looked at as Latin-1, one character a byte: what is hidden is hidden byte by byte, whatever the encoding.
    private void Redact(ReadOnlySpan<byte> piece, bool isEnd)
    {
        var text = _held + Encoding.Latin1.GetString(piece);
        var held = redactor.Redact(text, isEnd, _clean);
        _held = text[^held..];
        AppendClean();
    }

    private void AppendClean()
    {
        Append(Encoding.Latin1.GetBytes(_clean.ToString()));
        _clean.Clear();
    }

    private void Append(ReadOnlySpan<byte> text)
    {
        if (request.LimitBytes is { } limit)
            text = text[..(int)Math.Clamp(limit - _written, 0, text.Length)];
        _out.Write(text);
        _written += text.Length;
    }

    private async ValueTask WriteOutAsync(CancellationToken ct)
    {
        if (_out.WrittenCount == 0)
            return;
        await destination.WriteAsync(_out.WrittenMemory, ct).ConfigureAwait(false);
        _out.ResetWrittenCount();
    }
}
