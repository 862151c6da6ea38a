using System.Buffers;
using System.Text;

namespace Kube.ApiServer.Http.Protobuf;

/// <summary>Encodes a protobuf message (https://protobuf.dev/programming-guides/encoding/): texts, flags and messages are all that is written here.</summary>
internal sealed class ProtobufWriter
{
    private const int Varint = 0;
    private const int Bytes = 2;
    private readonly ArrayBufferWriter<byte> _buffer = new();

    /// <summary>The message as it stands.</summary>
    public byte[] ToArray() => _buffer.WrittenSpan.ToArray();

    /// <summary>A text; null and empty are left out, as proto3 leaves out what is the default.</summary>
    public void Text(int field, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            Block(field, Encoding.UTF8.GetBytes(value));
    }

    /// <summary>A repeated text.</summary>
    public void Texts(int field, IEnumerable<string> values)
    {
        foreach (var value in values)
            Block(field, Encoding.UTF8.GetBytes(value));
    }

    /// <summary>A truth value; false is left out.</summary>
    public void Flag(int field, bool value)
    {
        if (!value)
            return;
        Number((uint)(field << 3 | Varint));
        Number(1);
    }

    /// <summary>A message within the message, be it empty.</summary>
    public void Message(int field, Action<ProtobufWriter> write)
    {
        var inner = new ProtobufWriter();
        write(inner);
        Block(field, inner._buffer.WrittenSpan);
    }

    private void Block(int field, ReadOnlySpan<byte> bytes)
    {
        Number((uint)(field << 3 | Bytes));
        Number((uint)bytes.Length);
        _buffer.Write(bytes);
    }

    private void Number(uint value)
    {
        var room = _buffer.GetSpan(5);
        var length = 0;
        for (; value > 0x7F; value >>= 7)
            room[length++] = (byte)(value | 0x80);
        room[length++] = (byte)value;
        _buffer.Advance(length);
    }
}
