using Kube.Node.Images;

namespace Kube.Node.Runtime;

/// <summary>The image of the process that holds a pod's namespaces: the machine's static busybox, sleeping. Needs no registry.</summary>
internal static class PauseImage
{
    public const string Name = "localhost/portal/pause:1";

    // PID 1 of the sandbox has no default action for SIGTERM; the trap makes StopPodSandbox immediate instead of ten seconds.
    private const string Script = "#!/bin/busybox sh\ntrap 'exit 0' TERM INT\nwhile :; do /bin/busybox sleep 2147483647 & wait $!; done\n";

    /// <summary>Writes the image's archive.</summary>
    /// <exception cref="FileNotFoundException">No static busybox on this machine.</exception>
    public static void Write(Stream destination)
    {
        var busybox = FindBusybox();
        new ImageArchive { Entrypoint = ["/pause"] }
            .AddDirectory("/bin")
            .AddFile("/bin/busybox", File.ReadAllBytes(busybox), executable: true)
            .AddFile("/pause", System.Text.Encoding.UTF8.GetBytes(Script), executable: true)
            .Write(Name, destination);
    }

    private static string FindBusybox()
    {
        string[] places = ["/bin/busybox", "/usr/bin/busybox", "/bin/busybox.static"];
        return places.FirstOrDefault(File.Exists) ?? throw new FileNotFoundException("no static busybox found: apt-get install busybox-static");
    }
}
