using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Testing;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>The command line's refusals: one sentence that names the field or the fix, and nothing half-created.</summary>
public sealed class Bad_input_gets_one_clear_sentence(PortalFixture portal)
{
    [Fact]
    public async Task A_busy_port_is_named()
    {
        using var busy = new TcpListener(IPAddress.Any, 0);
        busy.Start();
        var port = ((IPEndPoint)busy.LocalEndpoint).Port;
        var data = portal.Data + "-busy";
        var result = await PortalInstance.RunAsync(portal.Executable, ["up", "--data", data, "--port-base", (port - 1).ToString(CultureInfo.InvariantCulture)]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"Port {port}", result.Error, StringComparison.Ordinal);
        Assert.Contains("--port-base", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(data, "postgres")), "nothing may be created");
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task Without_root_the_fix_is_told()
    {
        var result = await PortalInstance.RunAsync("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", "--", Repository.Path("deploy/install")]);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("root", result.Error, StringComparison.Ordinal);
        Assert.Contains("sudo", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unsupported_distribution_is_named()
    {
        var release = Path.Combine(portal.Data, "os-release");
        await File.WriteAllTextAsync(release, "ID=otherlinux\nPRETTY_NAME=\"Other Linux 7\"\n");
        var result = await InstallWithAsync(over: "/etc/os-release", with: release);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Other Linux 7 is not supported", result.Error, StringComparison.Ordinal);
        Assert.Contains("Debian 12", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_SDK_is_named_with_where_to_get_it()
    {
        var result = await InstallWithAsync(over: "/usr/bin/dotnet", with: "/dev/null");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(".NET SDK 10 is missing", result.Error, StringComparison.Ordinal);
        Assert.Contains("https://", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not-an-address", "long enough password 1", "email")]
    [InlineData("someone@example.com", "short", "password")]
    public async Task A_user_that_cannot_be_is_refused_by_field(string email, string password, string field)
    {
        var result = await portal.PortalAsync(["user", "create", "--data", portal.Data, "--email", email, "--password-stdin"], password + "\n");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(field, result.Error, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task An_image_archive_that_is_none_is_refused()
    {
        var file = Path.Combine(portal.Data, "no-image.tar");
        await File.WriteAllTextAsync(file, "this is no archive");
        var result = await portal.PortalAsync(["image", "import", file, "--data", portal.Data]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("no-image.tar", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_start_changes_nothing()
    {
        var pid = await File.ReadAllTextAsync(Path.Combine(portal.Data, "run/up.pid"));
        var again = await portal.UpAsync();
        Assert.Equal(0, again.ExitCode);
        Assert.Contains("already running", again.Output, StringComparison.Ordinal);
        Assert.Equal(pid, await File.ReadAllTextAsync(Path.Combine(portal.Data, "run/up.pid")));
    }

    // deploy/install on a machine that differs in one file: mounted over in a mount namespace of its own.
    private static Task<CommandResult> InstallWithAsync(string over, string with) => PortalInstance.RunAsync(
        "unshare",
        ["--mount", "--", "bash", "-c", "if [ -e \"$1\" ]; then mount --bind -- \"$2\" \"$(realpath -- \"$1\")\" || exit 9; fi; exec \"$3\"", "install", over, with, Repository.Path("deploy/install")],
        environment: new() { ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin" });
}
