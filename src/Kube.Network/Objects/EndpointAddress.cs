using System.Net;

namespace Kube.Network.Objects;

/// <summary>One ready backend of a service port: an IPv4 address and a port.</summary>
internal readonly record struct EndpointAddress(IPAddress Address, ushort Port) : IComparable<EndpointAddress>
{
    /// <summary>Orders by address, then port, so that equal sets serialise equally.</summary>
    public int CompareTo(EndpointAddress other)
    {
        var order = Number(Address).CompareTo(Number(other.Address));
        return order != 0 ? order : Port.CompareTo(other.Port);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Address}:{Port}";

    private static uint Number(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[4];
        address.TryWriteBytes(bytes, out _);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    public static bool operator <(EndpointAddress left, EndpointAddress right) => left.CompareTo(right) < 0;

    public static bool operator >(EndpointAddress left, EndpointAddress right) => left.CompareTo(right) > 0;

    public static bool operator <=(EndpointAddress left, EndpointAddress right) => left.CompareTo(right) <= 0;

    public static bool operator >=(EndpointAddress left, EndpointAddress right) => left.CompareTo(right) >= 0;
}
