using System.Collections.Concurrent;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Kube.Machinery.Client;
using Testing;
using Xunit;

namespace Integration.Tests.Node;

/// <summary>The official .NET client as its users use it: list and watch, server-side apply, followed logs. Its exec and port-forward are in <see cref="Ports_are_forwarded"/>.</summary>
[Collection(nameof(NodeCollection))]
public sealed class KubernetesClient_works(NodeFixture node)
{
    [Fact]
    public async Task It_informs_applies_and_follows_logs()
    {
        var ct = TestContext.Current.CancellationToken;
        using var client = KubeClients.FromKubeconfig(node.Server.AdminKubeconfig);
        var seen = new ConcurrentQueue<string>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var informing = Task.Run(() => InformAsync(client, seen, stop.Token), ct);
        await ApplyAsync("blue", "first", force: false);
        await SeenAsync(1);
        await ApplyAsync("red", "first", force: false);
        await SeenAsync(2);
        var conflict = await Assert.ThrowsAsync<HttpOperationException>(() => ApplyAsync("green", "second", force: false));
        Assert.Equal(System.Net.HttpStatusCode.Conflict, conflict.Response.StatusCode);
        Assert.Contains("FieldManagerConflict", conflict.Response.Content, StringComparison.Ordinal);
        var forced = await ApplyAsync("green", "second", force: true);
        Assert.Equal(["second"], forced.Metadata.ManagedFields.Where(f => f.FieldsV1.ToString()!.Contains("f:colour", StringComparison.Ordinal)).Select(f => f.Manager));
        await SeenAsync(3);
        await client.CoreV1.DeleteNamespacedConfigMapAsync("from-dotnet", "default", cancellationToken: ct);
        await SeenAsync(4);
        Assert.Equal(["Added blue", "Modified red", "Modified green", "Deleted green"], seen);
        await stop.CancelAsync();
        await informing;

        await node.CreateAsync(NodeFixture.Pod("for-dotnet", "echo first line; sleep 1; echo second line; exec sleep 3600"));
        await node.WaitRunningAsync("for-dotnet");
        await using var log = await client.CoreV1.ReadNamespacedPodLogAsync("for-dotnet", "default", follow: true, cancellationToken: ct);
        using var reader = new StreamReader(log);
        Assert.Equal("first line", await reader.ReadLineAsync(ct).AsTask().WaitAsync(TimeSpan.FromSeconds(20), ct));
        Assert.Equal("second line", await reader.ReadLineAsync(ct).AsTask().WaitAsync(TimeSpan.FromSeconds(20), ct));

        Task<V1ConfigMap> ApplyAsync(string colour, string manager, bool force) => client.CoreV1.PatchNamespacedConfigMapAsync(
            new V1Patch(new V1ConfigMap { ApiVersion = "v1", Kind = "ConfigMap", Metadata = new V1ObjectMeta { Name = "from-dotnet" }, Data = new Dictionary<string, string> { ["colour"] = colour } }, V1Patch.PatchType.ApplyPatch),
            "from-dotnet",
            "default",
            fieldManager: manager,
            force: force,
            cancellationToken: ct);

        Task SeenAsync(int events) => Eventually.Async($"{events} events", () => Task.FromResult(seen.Count), count => count >= events);
    }

    private static async Task InformAsync(IKubernetes client, ConcurrentQueue<string> seen, CancellationToken stop)
    {
        try
        {
            var list = await client.CoreV1.ListNamespacedConfigMapAsync("default", cancellationToken: stop);
            await foreach (var (type, item) in client.CoreV1.WatchListNamespacedConfigMapAsync("default", resourceVersion: list.ResourceVersion(), allowWatchBookmarks: true, cancellationToken: stop))
            {
                if (item.Name() == "from-dotnet")
                    seen.Enqueue($"{type} {item.Data["colour"]}");
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }
}
