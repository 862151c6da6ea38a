namespace Kube.Machinery.Spdy;

/// <summary>A frame as read, or a piece of a long data frame.</summary>
/// <param name="Type">What it is.</param>
/// <param name="StreamId">The stream; for a ping its number; 0 where the type has none.</param>
/// <param name="Fin">The sender sends nothing more on this stream.</param>
/// <param name="Data">A data frame's bytes; valid until the next read.</param>
/// <param name="Headers">The headers of SYN_STREAM, SYN_REPLY and HEADERS, names in lower case.</param>
public readonly record struct SpdyFrame(SpdyFrameType Type, uint StreamId, bool Fin, ReadOnlyMemory<byte> Data, IReadOnlyList<KeyValuePair<string, string>> Headers);
