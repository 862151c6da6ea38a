using System.Runtime.InteropServices;

namespace Kube.Node.Volumes;

/// <summary>chown(2), mount(2) and a plain rename(2), which the base library lacks.</summary>
internal static partial class FileSystemCalls
{
    private const uint Unchanged = uint.MaxValue;
    private const ulong NoSuid = 2, NoDevices = 4;
    private const int Detach = 2;

    public static void SetGroup(string path, long group)
    {
        if (ChangeOwner(path, Unchanged, (uint)group) != 0)
            throw new IOException($"chgrp {group} {path}: errno {Marshal.GetLastPInvokeError()}");
    }

    /// <summary>Mounts a tmpfs; size in bytes, 0 for the kernel's default of half the memory.</summary>
    public static void MountMemory(string path, long size, int mode)
    {
        var data = $"mode={Convert.ToString(mode, 8)}" + (size > 0 ? $",size={size}" : "");
        if (Mount("tmpfs", path, "tmpfs", NoSuid | NoDevices, data) != 0)
            throw new IOException($"mount tmpfs {path}: errno {Marshal.GetLastPInvokeError()}");
    }

    /// <summary>Puts one name in another's place in one step; unlike <see cref="File.Move(string, string, bool)"/> also for a link to a directory.</summary>
    public static void Rename(string from, string to)
    {
        if (Rename2(from, to) != 0)
            throw new IOException($"rename {from} {to}: errno {Marshal.GetLastPInvokeError()}");
    }

    /// <summary>Takes a mount away, at once for new users; false when nothing was mounted.</summary>
    public static bool Unmount(string path) => Unmount2(path, Detach) == 0;

    /// <summary>Takes away every mount below a directory, the innermost first.</summary>
    public static void UnmountBelow(string directory)
    {
        var below = directory.TrimEnd('/') + "/";
        foreach (var point in File.ReadAllLines("/proc/self/mountinfo").Select(l => l.Split(' ')[4].Replace("\\040", " ", StringComparison.Ordinal)).Where(p => p.StartsWith(below, StringComparison.Ordinal)).Reverse())
            Unmount(point);
    }

    public static bool IsMounted(string path) =>
        File.ReadLines("/proc/self/mountinfo").Any(l => l.Split(' ') is { Length: > 4 } words && words[4] == path);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint owner, uint group);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename2(string from, string to);

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string type, ulong flags, string data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount2(string target, int flags);
}
