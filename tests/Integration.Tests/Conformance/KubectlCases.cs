using System.Net.Sockets;
using Integration.Tests.Kubectl;
using Testing;
using Xunit;

namespace Integration.Tests.Conformance;

/// <summary>[sig-cli] Kubectl client, with the real kubectl.</summary>
public sealed class KubectlCases(ConformanceSuite suite) : ConformanceTest(suite)
{
    private const string Client = "[sig-cli] Kubectl client ";
    private static int s_runs = 5000;

    [Fact]
    [Trait(Trait, Client + "Kubectl api-versions should check if v1 is in available api versions")]
    [Trait(Trait, Client + "Kubectl cluster-info should check if Kubernetes control plane services is included in cluster-info")]
    [Trait(Trait, Client + "Kubectl version should check is all data is printed")]
    public async Task Kubectl_asks_about_the_server()
    {
        var k = await RunAsync();
        Assert.Contains("v1", (await k.Ok("api-versions")).Split('\n'));
        await k.Ok("cluster-info", "Kubernetes control plane", "running at");
        await k.Ok("version -o yaml", "major", "minor", "gitCommit", "serverVersion");
    }

    [Fact]
    [Trait(Trait, Client + "Kubectl diff should check if kubectl diff finds a difference for Deployments")]
    public async Task Kubectl_finds_a_difference()
    {
        var k = await RunAsync();
        await k.In(Manifests.Deployment(), "create -f -");
        var diff = await k.RunAsync(Manifests.Deployment("registry.test/other:1"), "diff -f -");
        Assert.Equal(1, diff.ExitCode);
        Assert.Contains("registry.test/other:1", diff.Output, StringComparison.Ordinal);
        Assert.Contains("registry.test/web:1", diff.Output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait(Trait, Client + "Kubectl run pod should create a pod from an image when restart is Never")]
    [Trait(Trait, Client + "Kubectl server-side dry-run should check if kubectl can dry-run update Pods")]
    [Trait(Trait, Client + "Kubectl label should update the label on a resource")]
    [Trait(Trait, Client + "Kubectl replace should update a single-container pod's image")]
    public async Task Kubectl_changes_a_pod()
    {
        var k = await RunAsync();
        await k.Ok("run p --image=registry.test/web:1 --restart=Never --labels=run=p");
        await k.Ok("wait pod/p --for=condition=Ready --timeout=50s");
        await k.Is("pod p", ".spec.restartPolicy", "Never");
        await k.Ok("patch pod p --dry-run=server -p '{\"spec\":{\"containers\":[{\"name\":\"p\",\"image\":\"registry.test/web:2\"}]}}'", "patched");
        await k.Is("pod p", ".spec.containers[0].image", "registry.test/web:1");
        await k.Ok("label pods p testing-label=testing-label-value");
        await k.Ok("get pod p -L testing-label", "testing-label-value");
        await k.Ok("label pods p testing-label-");
        Assert.DoesNotContain("testing-label-value", await k.Ok("get pod p -L testing-label"), StringComparison.Ordinal);
        var pod = await k.Json("pod p");
        pod["spec"]!["containers"]![0]!["image"] = "registry.test/web:3";
        await k.In(pod.ToJsonString(), "replace -f -");
        await k.Is("pod p", ".spec.containers[0].image", "registry.test/web:3");
    }

    [Fact]
    [Trait(Trait, Client + "Kubectl describe should check if kubectl describe prints relevant information for rc and pods")]
    [Trait(Trait, Client + "Kubectl expose should create services for rc")]
    [Trait(Trait, Client + "Kubectl patch should add annotations for pods in rc")]
    [Trait(Trait, Client + "Update Demo should create and stop a replication controller")]
    [Trait(Trait, Client + "Update Demo should scale a replication controller")]
    public async Task Kubectl_works_with_a_replication_controller()
    {
        var k = await RunAsync();
        await k.In(Workload("v1", "ReplicationController", "rc", 2).ToJsonString(), "create -f -");
        await Eventually.Async("two pods", () => k.Ok("get pods -l app=rc -o name"), text => text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length == 2, Patience);
        await k.Ok("describe rc rc", "Name:", "Replicas:", "Pod Template:");
        await k.Ok("describe pods -l app=rc", "Controlled By:", "ReplicationController/rc");
        await k.Ok("expose rc rc --name=rm2 --port=1234 --target-port=6379", "exposed");
        await k.Ok("expose service rm2 --name=rm3 --port=2345 --target-port=6379", "exposed");
        await k.Ok("patch pods --all -p '{\"metadata\":{\"annotations\":{\"x\":\"y\"}}}'".Replace("pods --all", (await k.Ok("get pods -l app=rc -o name")).Split('\n')[0].Trim(), StringComparison.Ordinal), "patched");
        foreach (var count in (int[])[1, 2])
        {
            await k.Ok($"scale rc rc --replicas={count}");
            await Eventually.Async($"{count} pods", () => k.Ok("get pods -l app=rc -o name"), text => text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length == count, Patience);
        }
    }

    [Fact]
    [Trait(Trait, Client + "Proxy server should support proxy with --port 0")]
    public async Task Kubectl_proxies_on_a_port()
    {
        var k = await RunAsync();
        using var proxy = k.Start("proxy --port=0");
        await proxy.SaysAsync("Starting to serve on ");
        using var http = new HttpClient();
        var port = proxy.Output.Trim().Split(':')[^1];
        Assert.Contains("\"v1\"", await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/api/")), StringComparison.Ordinal);
    }

    [Fact]
    [Trait(Trait, Client + "Proxy server should support --unix-socket=/path")]
    public async Task Kubectl_proxies_on_a_socket()
    {
        var k = await RunAsync();
        var path = Path.Combine(k.Directory, "s");
        using var proxy = k.Start($"proxy --unix-socket={path}");
        await proxy.SaysAsync("Starting to serve on");
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using var http = new HttpClient(handler);
        Assert.Contains("\"v1\"", await http.GetStringAsync(new Uri("http://localhost/api/")), StringComparison.Ordinal);
    }

    private async Task<MatrixRun> RunAsync()
    {
        var run = new MatrixRun(Suite.Server, Interlocked.Increment(ref s_runs));
        await run.Ok($"create namespace {run.Namespace}");
        return run;
    }
}
