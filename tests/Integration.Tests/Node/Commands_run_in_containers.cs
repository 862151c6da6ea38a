using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using k8s;
using Kube.Machinery.Client;
using Testing;
using Xunit;

namespace Integration.Tests.Node;

/// <summary>exec, attach and cp with the real kubectl, over WebSocket and over SPDY, down to processes in containers.</summary>
[Collection(nameof(NodeCollection))]
public sealed class Commands_run_in_containers(NodeFixture node)
{
    private const string WebSockets = "true";
    private const string Spdy = "false";

    [Theory]
    [InlineData(WebSockets)]
    [InlineData(Spdy)]
    public async Task Exec_gives_both_outputs_and_the_exit_code(string transport)
    {
        await RunningAsync("exec-code");
        var result = await KubectlAsync(transport, null, "exec", "exec-code", "--", "sh", "-c", "echo out; echo err >&2; exit 3");
        Assert.True(result.ExitCode == 3, result.Error);
        Assert.Equal("out\n", result.Output);
        Assert.Contains("err\n", result.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await KubectlAsync(transport, null, "exec", "exec-code", "--", "true")).ExitCode);
    }

    [Theory]
    [InlineData(WebSockets)]
    [InlineData(Spdy)]
    public async Task Exec_takes_input_to_its_end_and_gives_all_output(string transport)
    {
        await RunningAsync("exec-bulk");
        var text = Convert.ToHexString(RandomNumberGenerator.GetBytes(2_000_000));
        var sent = await KubectlAsync(transport, text, "exec", "-i", "exec-bulk", "--", "sha256sum");
        Assert.True(sent.ExitCode == 0, sent.Error);
        Assert.StartsWith(Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text))), sent.Output, StringComparison.Ordinal);

        var got = await KubectlAsync(transport, null, "exec", "exec-bulk", "--", "sh", "-c", "yes | head -c 20000000");
        Assert.True(got.ExitCode == 0, got.Error);
        Assert.Equal(20_000_000, got.Output.Length);
    }

    [Theory]
    [InlineData(WebSockets)]
    [InlineData(Spdy)]
    public async Task Files_are_copied_both_ways(string transport)
    {
        await RunningAsync("exec-copy");
        var source = Path.Combine(node.Server.Directory, "copied-" + transport);
        var content = RandomNumberGenerator.GetBytes(3_000_000);
        await File.WriteAllBytesAsync(source, content);
        var there = await KubectlAsync(transport, null, "cp", source, $"exec-copy:/tmp/copied-{transport}");
        Assert.True(there.ExitCode == 0, there.Error);
        var back = await KubectlAsync(transport, null, "cp", $"exec-copy:/tmp/copied-{transport}", source + ".back");
        Assert.True(back.ExitCode == 0, back.Error);
        Assert.Equal(content, await File.ReadAllBytesAsync(source + ".back"));
    }

    [Theory]
    [InlineData(WebSockets)]
    [InlineData(Spdy)]
    public async Task Attach_reaches_the_containers_own_process(string transport)
    {
        var name = "attach-" + transport;
        await node.CreateAsync(NodeFixture.Pod(name, "while read line; do echo got $line; [ $line = stop ] && exit 0; done", c => (c.Stdin, c.StdinOnce) = (true, true)));
        await node.WaitRunningAsync(name);
        var result = await KubectlAsync(transport, "hello\nstop\n", "attach", "-i", name);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("got hello\ngot stop\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_terminal_has_the_size_it_is_told()
    {
        await RunningAsync("exec-tty");
        using var client = KubeClients.FromKubeconfig(node.Server.AdminKubeconfig);
        using var socket = await client.WebSocketNamespacedPodExecAsync("exec-tty", "default", ["sh"], "c", stderr: false, stdin: true, stdout: true, tty: true, cancellationToken: TestContext.Current.CancellationToken);
        using var streams = new StreamDemuxer(socket);
        streams.Start();
        using var terminal = streams.GetStream(ChannelIndex.StdOut, ChannelIndex.StdIn);
        using var resize = streams.GetStream(null, ChannelIndex.Resize);
        await resize.WriteAsync("""{"Width":123,"Height":45}"""u8.ToArray(), TestContext.Current.CancellationToken);
        var seen = new StringBuilder();
        var buffer = new byte[4096];
        // The size takes effect while the shell starts: asked until it is there.
        while (!seen.ToString().Contains("45 123", StringComparison.Ordinal))
        {
            await terminal.WriteAsync("stty size\n"u8.ToArray(), TestContext.Current.CancellationToken);
            var read = await terminal.ReadAsync(buffer, TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
            Assert.True(read > 0, "the terminal ended: " + seen);
            seen.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }
    }

    [Fact]
    public async Task Refusals_say_what_is_wrong()
    {
        await RunningAsync("exec-wrong");
        Assert.Contains("container nosuch is not valid for pod exec-wrong", (await node.Server.KubectlAsync("exec", "exec-wrong", "-c", "nosuch", "--", "true")).Error, StringComparison.Ordinal);
        Assert.Contains("not found", (await node.Server.KubectlAsync("exec", "exec-nobody", "--", "true")).Error, StringComparison.Ordinal);
        var missing = await node.Server.KubectlAsync("exec", "exec-wrong", "--", "/no/such/program");
        Assert.NotEqual(0, missing.ExitCode);
        Assert.Contains("no such file or directory", missing.Error, StringComparison.Ordinal);
        var stranger = node.Server.WriteKubeconfig("stranger", "stranger", []);
        Assert.Contains("cannot get resource", (await node.Server.KubectlWithAsync(stranger, null, "exec", "exec-wrong", "--", "true")).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(WebSockets)]
    [InlineData(Spdy)]
    public async Task A_command_whose_client_leaves_is_ended(string transport)
    {
        await RunningAsync("exec-left");
        var seconds = transport == Spdy ? "86461" : "86462";
        var start = new ProcessStartInfo(Repository.Kubectl) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { "--kubeconfig", node.Server.AdminKubeconfig, "exec", "exec-left", "--", "sleep", seconds })
            start.ArgumentList.Add(argument);
        start.Environment["KUBECTL_REMOTE_COMMAND_WEBSOCKETS"] = transport;
        using var kubectl = Process.Start(start)!;
        await Eventually.Async("the command runs", () => Task.FromResult(Commands(seconds)), found => found > 0);
        kubectl.Kill();
        await kubectl.WaitForExitAsync(TestContext.Current.CancellationToken);
        await Eventually.Async("the command is gone", () => Task.FromResult(Commands(seconds)), found => found == 0, TimeSpan.FromSeconds(15));
        // The container itself goes on.
        Assert.Equal(0, (await node.Server.KubectlAsync("exec", "exec-left", "--", "true")).ExitCode);
    }

    private static int Commands(string argument) => Directory.EnumerateDirectories("/proc")
        .Where(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out _))
        .Count(path => Line(path).StartsWith("sleep\0" + argument, StringComparison.Ordinal));

    private static string Line(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private async Task RunningAsync(string name)
    {
        if ((await node.Client.CoreV1.ListNamespacedPodAsync("default", fieldSelector: "metadata.name=" + name)).Items.Count == 0)
            await node.CreateAsync(NodeFixture.Pod(name, "sleep 3600"));
        await node.WaitRunningAsync(name);
    }

    private Task<CommandResult> KubectlAsync(string webSockets, string? input, params string[] arguments) =>
        PortalInstance.RunAsync(
            Repository.Kubectl,
            ["--kubeconfig", node.Server.AdminKubeconfig, "--cache-dir", Path.Combine(node.Server.Directory, "cache"), .. arguments],
            input,
            new() { ["KUBECTL_REMOTE_COMMAND_WEBSOCKETS"] = webSockets });
}
