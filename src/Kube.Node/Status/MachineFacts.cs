using System.Globalization;

namespace Kube.Node.Status;

/// <summary>What this machine has, from /proc.</summary>
internal sealed record MachineFacts(decimal Cpus, decimal MemoryBytes, string KernelVersion, string OsImage, string MachineId, string BootId, bool HasSeccomp, string ResolvConf)
{
    /// <summary>Reads the machine's facts.</summary>
    public static MachineFacts Read() => new(
        Environment.ProcessorCount,
        MemoryTotal(Text("/proc/meminfo")),
        Text("/proc/sys/kernel/osrelease").Trim(),
        PrettyName(Text("/etc/os-release")),
        Text("/etc/machine-id").Trim(),
        Text("/proc/sys/kernel/random/boot_id").Trim(),
        Text("/proc/self/status").Contains("\nSeccomp:", StringComparison.Ordinal),
        Text("/etc/resolv.conf"));

    // "MemTotal:       24612345 kB"
    private static decimal MemoryTotal(string text)
    {
        var line = text.Split('\n').FirstOrDefault(l => l.StartsWith("MemTotal:", StringComparison.Ordinal));
        return line is null ? 0 : 1024m * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    private static string PrettyName(string text) =>
        text.Split('\n').FirstOrDefault(l => l.StartsWith("PRETTY_NAME=", StringComparison.Ordinal))?[12..].Trim('"') ?? "Linux";

    private static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
