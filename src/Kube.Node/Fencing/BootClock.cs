using System.Runtime.InteropServices;

namespace Kube.Node.Fencing;

/// <summary>The time since this machine started, suspension included: the same for every process on it, and nothing sets it.</summary>
internal static partial class BootClock
{
    private const int BootTime = 7;

    /// <summary>Milliseconds since boot (CLOCK_BOOTTIME, clock_gettime(2)).</summary>
    public static long Milliseconds
    {
        get
        {
            if (GetTime(BootTime, out var time) != 0)
                throw new IOException($"clock_gettime: errno {Marshal.GetLastPInvokeError()}");
            return (time.Seconds * 1000) + (time.Nanoseconds / 1_000_000);
        }
    }

    /// <summary>What tells one start of the machine from another.</summary>
    public static string BootId => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static partial int GetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
