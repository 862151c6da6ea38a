using Kube.Machinery.Schema;

namespace Kube.ApiServer.Http.Protobuf;

/// <summary>Reads the wire format: https://protobuf.dev/programming-guides/encoding/.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position;

    /// <summary>Reads the next tag.</summary>
    public bool Next(out int number, out int wire)
    {
        number = 0;
        wire = 0;
        if (_position >= _bytes.Length)
            return false;
        var tag = Varint();
        number = (int)(tag >> 3);
        wire = (int)(tag & 7);
        return true;
    }

    public ulong Varint()
    {
        ulong result = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_position >= _bytes.Length)
                throw Malformed();
            var part = _bytes[_position++];
            result |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
                return result;
        }

        throw Malformed();
    }

    /// <summary>Reads a length-delimited value.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        var length = Varint();
        if (length > (ulong)(_bytes.Length - _position))
            throw Malformed();
        return Fixed((int)length);
    }

    public ReadOnlySpan<byte> Fixed(int length)
    {
        if (length > _bytes.Length - _position)
            throw Malformed();
        var result = _bytes.Slice(_position, length);
        _position += length;
        return result;
    }

    public void Skip(int wire)
    {
        switch (wire)
        {
            case 0: Varint(); break;
            case 1: Fixed(8); break;
            case 2: Bytes(); break;
            case 5: Fixed(4); break;
            default: throw Malformed();
        }
    }

    private static DecodeException Malformed() => new("malformed protobuf body");
}
