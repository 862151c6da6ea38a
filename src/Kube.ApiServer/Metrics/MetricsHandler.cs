using System.Globalization;
using System.Text.Json.Nodes;
using Kube.ApiServer.Http;
using Kube.ApiServer.Registry;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Metrics;

/// <summary>
/// Answers <c>metrics.k8s.io/v1beta1</c>, which in Kubernetes a server of its own does: what nodes and pods use, as their agents say now.
/// Source: https://kubernetes.io/docs/tasks/debug/debug-cluster/resource-metrics-pipeline/
/// </summary>
internal sealed class MetricsHandler(IObjectStore store, NodeSummaries summaries, ReadHandler reads, TimeProvider time)
{
    // How far an answer may look back for a rate.
    private const string Window = "15s";

    public async Task HandleAsync(ResourceRequest request)
    {
        var ofNodes = request.Kind is NodeMetricsKind;
        var subjects = Subjects(request, ofNodes ? "nodes" : "pods");
        var nodes = ofNodes
            ? subjects.Select(s => s.Key.Name)
            : subjects.Select(s => FieldReader.Text(s.Json, "spec.nodeName")).OfType<string>().Where(n => n.Length > 0).Distinct(StringComparer.Ordinal);
        var usage = await summaries.ReadAsync([.. nodes], request.Aborted).ConfigureAwait(false);
        var items = new List<StoredObject>();
        foreach (var subject in subjects)
        {
            var document = ofNodes ? OfNode(subject, usage) : OfPod(subject, usage);
            if (document is not null)
                items.Add(subject with { Json = JsonText.ToUtf8(document) });
        }

        if (request.Path.Name.Length == 0)
        {
            await reads.SendListAsync(request, items, new ListMetadata(store.Revision, null, null)).ConfigureAwait(false);
            return;
        }

        if (items.Count == 0)
            throw Refusal.NotFound(request.Kind.Resource, request.Path.Name);
        await reads.SendAsync(request, 200, items[0].Json).ConfigureAwait(false);
    }

    // Selectors are held against the objects measured.
    private List<StoredObject> Subjects(ResourceRequest request, string resource)
    {
        if (request.Path.Name.Length == 0)
            return [.. ObjectFilter.Of(request).Apply(store.List(resource, request.Scope))];
        return store.Get(new ObjectKey(resource, request.Path.Namespace, request.Path.Name)) is { } found ? [found] : throw Refusal.NotFound(request.Kind.Resource, request.Path.Name);
    }

    private JsonObject? OfNode(StoredObject node, IReadOnlyDictionary<string, JsonObject> usage)
    {
        if (!usage.TryGetValue(node.Key.Name, out var summary) || summary.Object("node") is not { } measured)
            return null;
        var document = Begin("NodeMetrics", node, measured);
        document["usage"] = Usage(measured);
        return document;
    }

    private JsonObject? OfPod(StoredObject pod, IReadOnlyDictionary<string, JsonObject> usage)
    {
        var uid = FieldReader.Text(pod.Json, "metadata.uid");
        var measured = FieldReader.Text(pod.Json, "spec.nodeName") is { } node && usage.TryGetValue(node, out var summary)
            ? summary.Objects("pods").FirstOrDefault(p => p.Object("podRef").Text("uid") == uid)
            : null;
        if (measured is null)
            return null;
        var document = Begin("PodMetrics", pod, measured);
        document["containers"] = new JsonArray([.. measured.Objects("containers").Select(c => new JsonObject { ["name"] = c.Text("name"), ["usage"] = Usage(c) })]);
        return document;
    }

    private JsonObject Begin(string kind, StoredObject subject, JsonObject measured)
    {
        var metadata = new JsonObject { ["name"] = subject.Key.Name };
        if (subject.Key.Namespace.Length > 0)
            metadata["namespace"] = subject.Key.Namespace;
        metadata["creationTimestamp"] = ObjectMetadata.Timestamp(time.GetUtcNow());
        if (subject.Labels.Count > 0)
            metadata["labels"] = new JsonObject(subject.Labels.Select(l => new KeyValuePair<string, JsonNode?>(l.Key, l.Value)));
        return new JsonObject
        {
            ["kind"] = kind,
            ["apiVersion"] = "metrics.k8s.io/v1beta1",
            ["metadata"] = metadata,
            ["timestamp"] = measured.Object("cpu").Text("time"),
            ["window"] = Window,
        };
    }

    // "12345678n" and "2048Ki", as metrics-server has them.
    private static JsonObject Usage(JsonObject measured) => new()
    {
        ["cpu"] = (measured.Object("cpu").Integer("usageNanoCores") ?? 0).ToString(CultureInfo.InvariantCulture) + "n",
        ["memory"] = ((measured.Object("memory").Integer("workingSetBytes") ?? 0) / 1024).ToString(CultureInfo.InvariantCulture) + "Ki",
    };
}
