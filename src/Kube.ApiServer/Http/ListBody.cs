namespace Kube.ApiServer.Http;

/// <summary>A list's bytes: a frame around objects that are bytes already, given out piece by piece.</summary>
/// <param name="head">The frame up to the opening bracket of the items.</param>
/// <param name="items">The objects, each as UTF-8 JSON.</param>
internal sealed class ListBody(ReadOnlyMemory<byte> head, IReadOnlyList<ReadOnlyMemory<byte>> items)
{
    // The part that comes next (-1 the head, items.Count the end), and how much of it, its comma included, has been given out.
    private int _next = -1;
    private int _offset;

    /// <summary>The length of the whole.</summary>
    public long Length
    {
        get
        {
            long length = head.Length + 2 + Math.Max(0, items.Count - 1);
            for (var i = 0; i < items.Count; i++)
                length += items[i].Length;
            return length;
        }
    }

    /// <inheritdoc cref="BodySource"/>
    public int Fill(Span<byte> room)
    {
        var used = 0;
        while (_next <= items.Count)
        {
            var comma = _next > 0 && _next < items.Count ? 1 : 0;
            if (_offset < comma)
            {
                if (used == room.Length)
                    return used;
                room[used++] = (byte)',';
                _offset = 1;
            }

            var rest = (_next < 0 ? head.Span : _next < items.Count ? items[_next].Span : "]}"u8)[(_offset - comma)..];
            var taken = Math.Min(rest.Length, room.Length - used);
            rest[..taken].CopyTo(room[used..]);
            used += taken;
            _offset += taken;
            if (taken < rest.Length)
                return used;
            _next++;
            _offset = 0;
        }

        return used;
    }
}
