using System.Buffers.Binary;
using System.Net;

namespace Kube.Controllers.NodeIpam;

/// <summary>The /24 ranges of the cluster's pod range. Pure.</summary>
internal sealed class PodRanges
{
    private const int NodePrefix = 24;
    private readonly uint _base;
    private readonly int _count;

    public PodRanges(IPNetwork cluster)
    {
        _base = BinaryPrimitives.ReadUInt32BigEndian(cluster.BaseAddress.GetAddressBytes());
        _count = 1 << (NodePrefix - cluster.PrefixLength);
    }

    /// <summary>The lowest range that is not used, or null when none is left.</summary>
    public string? LowestFree(IEnumerable<string> used)
    {
        var taken = used.ToHashSet(StringComparer.Ordinal);
        Span<byte> bytes = stackalloc byte[4];
        for (var i = 0; i < _count; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, _base + ((uint)i << (32 - NodePrefix)));
            var range = $"{new IPAddress(bytes)}/24";
            if (!taken.Contains(range))
            {
                return range;
            }
        }

        return null;
    }
}
