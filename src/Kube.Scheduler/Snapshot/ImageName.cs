namespace Kube.Scheduler.Snapshot;

/// <summary>Image names in the full form in which a container runtime reports them.</summary>
internal static class ImageName
{
    /// <summary><c>nginx</c> becomes <c>docker.io/library/nginx:latest</c>.</summary>
    public static string Full(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var host = slash < 0 ? "" : name[..slash];
        if (slash < 0)
        {
            name = $"docker.io/library/{name}";
        }
        else if (!host.Contains('.', StringComparison.Ordinal) && !host.Contains(':', StringComparison.Ordinal) && host != "localhost")
        {
            name = $"docker.io/{name}";
        }

        return name.Contains('@', StringComparison.Ordinal) || name.LastIndexOf(':') > name.LastIndexOf('/') ? name : $"{name}:latest";
    }
}
