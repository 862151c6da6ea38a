using System.Text;
using Kube.Node.Images;

namespace Testing;

/// <summary>Container images made in code from the machine's static busybox; no registry.</summary>
public static class TestImages
{
    private static readonly string[] Applets = ["sh", "cat", "echo", "sleep", "httpd", "true", "false", "touch", "rm", "date", "id", "env", "nc", "head", "dd", "tail", "test", "kill", "ls", "wget", "seq", "tar", "stty", "wc", "md5sum", "mkdir", "yes", "ps", "sha256sum"];

    /// <summary>Writes a busybox image.</summary>
    /// <param name="name">Full reference, for instance <c>localhost/test/busybox:1</c>.</param>
    /// <param name="path">Where the archive goes.</param>
    public static void WriteBusybox(string name, string path)
    {
        var archive = new ImageArchive { Environment = ["PATH=/bin"], Entrypoint = [] }
            .AddDirectory("/bin").AddDirectory("/etc").AddDirectory("/tmp", 0x3FF).AddDirectory("/www")
            .AddFile("/bin/busybox", File.ReadAllBytes("/bin/busybox"), executable: true)
            .AddFile("/etc/passwd", Encoding.ASCII.GetBytes("root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n"))
            .AddFile("/www/index.html", Encoding.ASCII.GetBytes("hello\n"));
        foreach (var applet in Applets)
            archive.AddLink("/bin/" + applet, "busybox");
        using var stream = File.Create(path);
        archive.Write(name, stream);
    }
}
