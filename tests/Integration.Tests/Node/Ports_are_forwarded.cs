using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using k8s;
using Kube.Machinery.Client;
using Testing;
using Xunit;

namespace Integration.Tests.Node;

/// <summary>port-forward with the real kubectl (SPDY in WebSocket, and SPDY) and with KubernetesClient (WebSocket channels).</summary>
[Collection(nameof(NodeCollection))]
public sealed partial class Ports_are_forwarded(NodeFixture node)
{
    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task Kubectl_reaches_a_port_in_the_pod_many_times_over_one_connection(string webSockets)
    {
        await ServingAsync();
        using var kubectl = Start(webSockets, "pod/forwarded", ":8080");
        try
        {
            using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{await LocalPortAsync(kubectl)}"), Timeout = TimeSpan.FromSeconds(20) };
            var pages = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => http.GetStringAsync("/", TestContext.Current.CancellationToken)));
            Assert.All(pages, page => Assert.Equal("hello\n", page));
            var large = await http.GetByteArrayAsync("/large", TestContext.Current.CancellationToken);
            Assert.Equal(5_000_000, large.Length);
        }
        finally
        {
            kubectl.Kill();
            await kubectl.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task A_port_nobody_listens_on_is_an_error_of_that_connection()
    {
        await ServingAsync();
        using var kubectl = Start("true", "pod/forwarded", ":8099");
        var port = await LocalPortAsync(kubectl);
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(20) };
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/"), TestContext.Current.CancellationToken));
        kubectl.Kill();
        var said = await kubectl.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Contains("8099", said, StringComparison.Ordinal);
        Assert.Contains("connection refused", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task KubernetesClient_forwards_a_port_and_runs_commands()
    {
        await ServingAsync();
        var ct = TestContext.Current.CancellationToken;
        using var client = KubeClients.FromKubeconfig(node.Server.AdminKubeconfig);
        using var socket = await client.WebSocketNamespacedPodPortForwardAsync("forwarded", "default", [8080], "v4.channel.k8s.io", cancellationToken: ct);
        using var streams = new StreamDemuxer(socket, StreamType.PortForward);
        streams.Start();
        using var stream = streams.GetStream((byte?)0, (byte?)0);
        await stream.WriteAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray(), ct);
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        while (!answer.ToString().EndsWith("hello\n", StringComparison.Ordinal))
        {
            var read = await stream.ReadAsync(buffer, ct).AsTask().WaitAsync(TimeSpan.FromSeconds(20), ct);
            Assert.True(read > 0, "the port ended: " + answer);
            answer.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }

        var output = "";
        var code = await client.NamespacedPodExecAsync("forwarded", "default", "c", ["sh", "-c", "read line; echo got $line; exit 5"], false, async (stdin, stdout, _) =>
        {
            await stdin.WriteAsync("word\n"u8.ToArray(), ct);
            output = await new StreamReader(stdout).ReadLineAsync(ct) ?? "";
        }, ct);
        Assert.Equal((5, "got word"), (code, output));
    }

    private Process Start(string webSockets, params string[] what)
    {
        var start = new ProcessStartInfo(Repository.Kubectl) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["--kubeconfig", node.Server.AdminKubeconfig, "port-forward", .. what])
            start.ArgumentList.Add(argument);
        start.Environment["KUBECTL_PORT_FORWARD_WEBSOCKETS"] = webSockets;
        return Process.Start(start)!;
    }

    // Forwarding from 127.0.0.1:34567 -> 8080
    private static async Task<string> LocalPortAsync(Process kubectl)
    {
        var line = await kubectl.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        var match = Forwarding().Match(line ?? "");
        Assert.True(match.Success, line ?? await kubectl.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        return match.Groups[1].Value;
    }

    private async Task ServingAsync()
    {
        if ((await node.Client.CoreV1.ListNamespacedPodAsync("default", fieldSelector: "metadata.name=forwarded")).Items.Count == 0)
            await node.CreateAsync(NodeFixture.Pod("forwarded", "head -c 5000000 /dev/zero > /www/large; exec httpd -f -p 8080 -h /www"));
        await node.WaitRunningAsync("forwarded");
        await Eventually.Async("the page inside the pod", () => node.Server.KubectlAsync("exec", "forwarded", "--", "wget", "-q", "-O", "-", "http://127.0.0.1:8080/"), r => r.Output == "hello\n", TimeSpan.FromSeconds(20));
    }

    [GeneratedRegex(@"127\.0\.0\.1:(\d+) -> \d+")]
    private static partial Regex Forwarding();
}
