using System.Diagnostics;
using System.Globalization;

namespace Testing;

/// <summary>Finds a container's processes on this machine.</summary>
public static class Containers
{
    /// <summary>The container's first process: its cgroup path holds the container's id.</summary>
    /// <param name="containerId">As in a pod's status, <c>containerd://…</c>.</param>
    public static Process FirstProcess(string containerId)
    {
        ArgumentNullException.ThrowIfNull(containerId);
        var id = containerId[(containerId.LastIndexOf('/') + 1)..];
        var process = Directory.GetDirectories("/proc")
            .Select(path => Path.GetFileName(path))
            .Where(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Select(name => int.Parse(name, CultureInfo.InvariantCulture))
            .Order()
            .First(pid => ReadOrEmpty($"/proc/{pid}/cgroup").Contains(id, StringComparison.Ordinal));
        return Process.GetProcessById(process);
    }

    private static string ReadOrEmpty(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }
}
