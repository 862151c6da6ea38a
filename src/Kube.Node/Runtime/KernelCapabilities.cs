using System.Globalization;

namespace Kube.Node.Runtime;

/// <summary>The effective capabilities of this process, from <c>CapEff:</c> in /proc/self/status (64 bits, hex).</summary>
internal static class KernelCapabilities
{
    private const int SysResource = 24;

    public static bool HasSysResource(string status)
    {
        foreach (var line in status.Split('\n'))
        {
            if (line.StartsWith("CapEff:", StringComparison.Ordinal) && ulong.TryParse(line.AsSpan(7).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var bits))
                return (bits >> SysResource & 1) == 1;
        }

        return false;
    }
}
