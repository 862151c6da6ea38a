using System.Net;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portal.Core.Releases;

namespace Portal.Core.Nodes;

/// <summary>
/// Empties nodes that carry the drain annotation, by evictions, which disruption budgets may refuse for a while. It works from what the cluster says, so a restart
/// in the middle changes nothing, and two of them at once only repeat each other's evictions.
/// </summary>
internal sealed partial class NodeDrainer(IKubernetes client, TimeProvider clock, ILogger<NodeDrainer> logger) : BackgroundService
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(30);
    private readonly WorkSignal _signal = new();

    /// <summary>Says that a node was marked.</summary>
    public void Wake() => _signal.Raise();

    /// <summary>Looks at every node once.</summary>
    /// <returns>Whether any drain goes on.</returns>
    public async Task<bool> PassAsync(CancellationToken cancellationToken)
    {
        var goesOn = false;
        foreach (var node in (await client.CoreV1.ListNodeAsync(cancellationToken: cancellationToken)).Items)
        {
            if (NodeViews.Record(node) is not { Done: null } record) continue;
            goesOn |= !await DrainAsync(node, record, cancellationToken);
        }

        return goesOn;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var marked = _signal.Next;
            var goesOn = false;
            try
            {
                goesOn = await PassAsync(stoppingToken);
            }
            catch (Exception e) when (e is HttpOperationException or HttpRequestException or IOException)
            {
                Unreachable(logger, e.Message);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            using var tick = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            await Task.WhenAny(marked, Task.Delay(goesOn ? Between : Idle, clock, tick.Token));
            await tick.CancelAsync();
        }
    }

    private async Task<bool> DrainAsync(V1Node node, DrainRecord record, CancellationToken cancellationToken)
    {
        var name = node.Metadata.Name;
        var pods = await client.CoreV1.ListPodForAllNamespacesAsync(fieldSelector: $"spec.nodeName={name}", cancellationToken: cancellationToken);
        var leaving = NodeViews.Leaving(pods.Items).ToList();
        var blocked = "";
        foreach (var pod in leaving.Where(pod => pod.Metadata.DeletionTimestamp is null))
        {
            if (await EvictAsync(pod, cancellationToken) is { } refusal) blocked = refusal;
        }

        var next = record with { Blocked = blocked, Done = leaving.Count == 0 ? clock.GetUtcNow() : null };
        if (next != record)
        {
            var patch = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [NodeViews.DrainAnnotation] = NodeViews.Text(next) } } };
            await client.CoreV1.PatchNodeAsync(new V1Patch(patch.ToJsonString(), V1Patch.PatchType.MergePatch), name, fieldManager: "portal", cancellationToken: cancellationToken);
            if (next.Done is not null) Drained(logger, name);
        }

        return next.Done is not null;
    }

    // Null when the pod is on its way out; otherwise why it may not go now.
    private async Task<string?> EvictAsync(V1Pod pod, CancellationToken cancellationToken)
    {
        var eviction = new V1Eviction { Metadata = new() { Name = pod.Metadata.Name, NamespaceProperty = pod.Metadata.NamespaceProperty } };
        try
        {
            await client.CoreV1.CreateNamespacedPodEvictionAsync(eviction, pod.Metadata.Name, pod.Metadata.NamespaceProperty, cancellationToken: cancellationToken);
            return null;
        }
        catch (HttpOperationException e) when (e.Response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
        catch (HttpOperationException e) when (e.Response.StatusCode is HttpStatusCode.TooManyRequests)
        {
            return $"{pod.Metadata.NamespaceProperty}/{pod.Metadata.Name} has to wait: its disruption budget allows no further loss now.";
        }
        catch (HttpOperationException e)
        {
            return $"{pod.Metadata.NamespaceProperty}/{pod.Metadata.Name}: the Kubernetes API answered {(int)e.Response.StatusCode}.";
        }
    }

    [LoggerMessage(2301, LogLevel.Information, "Node {Node} is drained")]
    private static partial void Drained(ILogger logger, string node);

    [LoggerMessage(2302, LogLevel.Warning, "Drains wait, the Kubernetes API does not answer: {Reason}")]
    private static partial void Unreachable(ILogger logger, string reason);
}
