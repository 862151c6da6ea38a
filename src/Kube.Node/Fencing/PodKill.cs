using System.Globalization;
using System.Runtime.InteropServices;
using Kube.Node.Runtime;

namespace Kube.Node.Fencing;

/// <summary>Ends every process of a pod by its control groups: no runtime, no agent, no grace.</summary>
internal static partial class PodKill
{
    private const int Kill = 9;

    /// <summary>Kills what is in a group and below it, in every hierarchy that has it.</summary>
    /// <param name="group">The group's path below the hierarchy's root, such as <c>/portal-x/poduid</c>.</param>
    /// <returns>How many processes were told to end; 0 once none is left.</returns>
    public static int Now(string group)
    {
        var killed = new HashSet<int>();
        foreach (var root in Directory.EnumerateDirectories(Cgroups.Root).Append(Cgroups.Root).Select(r => Path.Join(r, group)).Where(Directory.Exists))
        {
            foreach (var directory in Below(root))
            {
                foreach (var process in ProcessesOf(directory).Where(killed.Add))
                    _ = Signal(process, Kill);
            }
        }

        return killed.Count;
    }

    private static IEnumerable<string> Below(string root)
    {
        try
        {
            return [root, .. Directory.EnumerateDirectories(root, "*", SearchOption.AllDirectories)];
        }
        catch (IOException)
        {
            // Groups go while they are listed; the next look sees what is left.
            return [root];
        }
    }

    private static IEnumerable<int> ProcessesOf(string directory)
    {
        try
        {
            return [.. File.ReadLines(Path.Combine(directory, "cgroup.procs")).Select(line => int.Parse(line, CultureInfo.InvariantCulture)).Where(id => id > 1)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Signal(int process, int signal);
}
