using System.Text;
using Kube.ApiServer.Audit;
using Xunit;

namespace Kube.Tests.Audit;

public sealed class RotatingFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("portal-audit-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_full_file_is_put_aside_and_the_oldest_goes()
    {
        var path = Path.Combine(_directory, "log", "audit.log");
        using (var file = new RotatingFile(path, maxBytes: 100, maxFiles: 3))
        {
            for (var i = 0; i < 10; i++)
                await file.WriteAsync(Encoding.ASCII.GetBytes($"{i:D39}\n"));
        }

        Assert.Equal(["audit.log", "audit.log.1", "audit.log.2"], Directory.GetFiles(Path.GetDirectoryName(path)!).Select(p => Path.GetFileName(p)!).Order(StringComparer.Ordinal));
        string[] lines = [.. ((string[])[path + ".2", path + ".1", path]).SelectMany(File.ReadAllLines)];
        Assert.Equal(["4", "5", "6", "7", "8", "9"], lines.Select(l => l.TrimStart('0')));
        if (OperatingSystem.IsLinux()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }
}
