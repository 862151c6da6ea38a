using System.Text;

namespace Portal.Core.Observe;

/// <summary>Reads lines without trusting their length: what is beyond the limit is dropped, however long it goes on.</summary>
internal sealed class LineReader(Stream stream) : IDisposable
{
    private const int MaxLength = LogText.MaxLength + 64;
    private readonly StreamReader _text = new(stream, Encoding.UTF8);
    private readonly char[] _buffer = new char[16 * 1024];
    private readonly StringBuilder _line = new();
    private int _at;
    private int _end;

    /// <summary>The next line without its end, or null at the end of the text.</summary>
    public async ValueTask<string?> ReadAsync(CancellationToken cancellationToken)
    {
        _line.Clear();
        while (true)
        {
            if (_at == _end)
            {
                (_at, _end) = (0, await _text.ReadAsync(_buffer.AsMemory(), cancellationToken));
                if (_end == 0) return _line.Length > 0 ? _line.ToString() : null;
            }

            var rest = _buffer.AsSpan(_at, _end - _at);
            var cut = rest.IndexOf('\n');
            var piece = cut < 0 ? rest : rest[..cut];
            _line.Append(piece[..Math.Clamp(MaxLength - _line.Length, 0, piece.Length)]);
            _at += cut < 0 ? piece.Length : cut + 1;
            if (cut >= 0) return _line.Length > 0 && _line[^1] == '\r' ? _line.ToString(0, _line.Length - 1) : _line.ToString();
        }
    }

    public void Dispose() => _text.Dispose();
}
