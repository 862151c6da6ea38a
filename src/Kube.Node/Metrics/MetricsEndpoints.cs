using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Grpc.Core;
using k8s.Models;
using Kube.Node.Pods;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kube.Node.Metrics;

/// <summary>
/// The kubelet's <c>/stats/summary</c> and <c>/metrics/resource</c>: what the node, its pods and their containers use of processors and memory.
/// Source: https://kubernetes.io/docs/reference/instrumentation/node-metrics/
/// </summary>
internal sealed class MetricsEndpoints(IPodApi pods, UsageMeter meter, NodeOptions options)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/stats/summary", context => AnswerAsync(context, "application/json", Summary));
        routes.MapGet("/metrics/resource", context => AnswerAsync(context, "text/plain; version=0.0.4", Exposition));
    }

    private async Task AnswerAsync(HttpContext context, string contentType, Func<NodeUsage, string> write)
    {
        NodeUsage usage;
        try
        {
            usage = await meter.ReadAsync(context.RequestAborted).ConfigureAwait(false);
        }
        catch (RpcException e) when (!context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = 503;
            await context.Response.WriteAsync(e.Status.Detail, context.RequestAborted).ConfigureAwait(false);
            return;
        }

        context.Response.ContentType = contentType;
        await context.Response.WriteAsync(write(usage), context.RequestAborted).ConfigureAwait(false);
    }

    private IEnumerable<(V1Pod Pod, List<ContainerUsage> Containers)> ByPod(NodeUsage usage)
    {
        var containers = usage.Containers.ToLookup(c => c.PodUid, StringComparer.Ordinal);
        return pods.List().Select(p => (Pod: p, Containers: containers[p.Metadata.Uid].ToList())).Where(p => p.Containers.Count > 0);
    }

    private string Summary(NodeUsage usage) => new JsonObject
    {
        ["node"] = new JsonObject { ["nodeName"] = options.NodeName, ["cpu"] = Cpu(usage.Node), ["memory"] = Memory(usage.Node) },
        ["pods"] = new JsonArray([.. ByPod(usage).Select(p =>
        {
            var sum = Sum(p.Containers);
            return new JsonObject
            {
                ["podRef"] = new JsonObject { ["name"] = p.Pod.Metadata.Name, ["namespace"] = p.Pod.Metadata.NamespaceProperty, ["uid"] = p.Pod.Metadata.Uid },
                ["startTime"] = p.Pod.Status?.StartTime is { } started ? Rfc3339(started.ToUniversalTime()) : null,
                ["containers"] = new JsonArray([.. p.Containers.Select(c => new JsonObject { ["name"] = c.Name, ["cpu"] = Cpu(c.Usage), ["memory"] = Memory(c.Usage) })]),
                ["cpu"] = Cpu(sum),
                ["memory"] = Memory(sum),
            };
        })]),
    }.ToJsonString();

    private string Exposition(NodeUsage usage)
    {
        var text = new StringBuilder();
        var byPod = ByPod(usage).ToList();
        var containers = byPod.SelectMany(p => p.Containers.Select(c => (Labels: $$"""{container="{{c.Name}}",namespace="{{p.Pod.Metadata.NamespaceProperty}}",pod="{{p.Pod.Metadata.Name}}"}""", c.Usage))).ToList();
        var sums = byPod.Select(p => (Labels: $$"""{namespace="{{p.Pod.Metadata.NamespaceProperty}}",pod="{{p.Pod.Metadata.Name}}"}""", Usage: Sum(p.Containers))).ToList();
        Write(text, "container_cpu_usage_seconds_total", "counter", "Cumulative cpu time consumed by the container in core-seconds", containers, Seconds);
        Write(text, "container_memory_working_set_bytes", "gauge", "Current working set of the container in bytes", containers, Bytes);
        Write(text, "node_cpu_usage_seconds_total", "counter", "Cumulative cpu time consumed by the node in core-seconds", [("", usage.Node)], Seconds);
        Write(text, "node_memory_working_set_bytes", "gauge", "Current working set of the node in bytes", [("", usage.Node)], Bytes);
        Write(text, "pod_cpu_usage_seconds_total", "counter", "Cumulative cpu time consumed by the pod in core-seconds", sums, Seconds);
        Write(text, "pod_memory_working_set_bytes", "gauge", "Current working set of the pod in bytes", sums, Bytes);
        text.Append("# HELP resource_scrape_error 1 if there was an error while getting container metrics, 0 otherwise\n# TYPE resource_scrape_error gauge\nresource_scrape_error 0\n");
        return text.ToString();
    }

    private static void Write(StringBuilder text, string name, string type, string help, IEnumerable<(string Labels, ResourceUsage Usage)> series, Func<ResourceUsage, string> value)
    {
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");
        foreach (var (labels, usage) in series)
            text.Append(CultureInfo.InvariantCulture, $"{name}{labels} {value(usage)} {usage.Time.ToUnixTimeMilliseconds()}\n");
    }

    private static string Seconds(ResourceUsage usage) => (usage.CpuNanoseconds / 1e9m).ToString(CultureInfo.InvariantCulture);

    private static string Bytes(ResourceUsage usage) => usage.WorkingSetBytes.ToString(CultureInfo.InvariantCulture);

    private static ResourceUsage Sum(List<ContainerUsage> containers) => containers.Select(c => c.Usage).Aggregate((a, b) =>
        new ResourceUsage(a.Time > b.Time ? a.Time : b.Time, a.CpuNanoseconds + b.CpuNanoseconds, (a.NanoCores ?? 0) + (b.NanoCores ?? 0), a.WorkingSetBytes + b.WorkingSetBytes));

    private static JsonObject Cpu(ResourceUsage usage) => new() { ["time"] = Rfc3339(usage.Time.UtcDateTime), ["usageNanoCores"] = usage.NanoCores ?? 0, ["usageCoreNanoSeconds"] = usage.CpuNanoseconds };

    private static JsonObject Memory(ResourceUsage usage) => new() { ["time"] = Rfc3339(usage.Time.UtcDateTime), ["workingSetBytes"] = usage.WorkingSetBytes };

    private static string Rfc3339(DateTime time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
