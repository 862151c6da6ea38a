using System.Net;
using System.Net.Sockets;

namespace Kube.Network;

/// <summary>Questions about address ranges.</summary>
internal static class Ranges
{
    /// <summary>Whether two ranges share an address.</summary>
    public static bool Overlap(IPNetwork one, IPNetwork other) => one.Contains(other.BaseAddress) || other.Contains(one.BaseAddress);

    /// <summary>Whether one range lies wholly in the other.</summary>
    public static bool Within(IPNetwork inner, IPNetwork outer) => inner.PrefixLength >= outer.PrefixLength && outer.Contains(inner.BaseAddress);

    /// <summary>Reads an IPv4 CIDR; a bare address counts as /32, as in the output of `ip route`.</summary>
    public static bool TryParse(string? text, out IPNetwork range)
    {
        range = default;
        if (text is null)
            return false;
        if (!text.Contains('/', StringComparison.Ordinal))
            text += "/32";
        return IPNetwork.TryParse(text, out range) && range.BaseAddress.AddressFamily == AddressFamily.InterNetwork;
    }
}
