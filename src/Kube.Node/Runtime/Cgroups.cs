namespace Kube.Node.Runtime;

/// <summary>The machine's control groups, version 1 (a tree a controller), 2 (one tree) or both.</summary>
internal static class Cgroups
{
    public const string Root = "/sys/fs/cgroup";

    public static bool HasController(string name)
    {
        if (Directory.Exists(Path.Combine(Root, name)))
            return true;
        var unified = Path.Combine(Root, "cgroup.controllers");
        return File.Exists(unified) && File.ReadAllText(unified).Split((char[])[' ', '\n']).Contains(name);
    }
}
