using System.Security.Cryptography;
using System.Text;

namespace Kube.Network;

/// <summary>Names of everything that is global in a kernel, derived from the instance id so that two instances on one machine never meet.</summary>
internal static class InstanceNames
{
    /// <summary>Device that carries the service range. At most 15 bytes, the kernel's limit.</summary>
    public static string ServiceBridge(string instanceId) => $"svc-{Hash(instanceId, 10)}";

    /// <summary>nftables table of the service proxy.</summary>
    public static string ServiceTable(string instanceId) => $"svc-{Hash(instanceId, 10)}";

    /// <summary>CNI network name; host-local keeps its addresses below a folder of this name.</summary>
    public static string PodNetwork(string instanceId) => $"pods-{instanceId}";

    /// <summary>The first hex digits of a text's SHA-256.</summary>
    public static string Hash(string text, int digits) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..digits];
}
