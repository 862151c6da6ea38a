using System.Text.Json.Nodes;
using k8s.Models;
using Kube.ApiServer.Registry;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Http;

/// <summary>The <c>scale</c> subresource: <c>spec.replicas</c> of a workload shown as an <c>autoscaling/v1 Scale</c>.</summary>
internal sealed class ScaleHandler(ObjectRegistry registry, RequestBody bodies, PatchHandler patches)
{
    private static readonly SchemaType ScaleSchema = ModelSchemas.For(typeof(V1Scale));
    private static readonly GroupVersionKind ScaleKind = new("autoscaling", "v1", "Scale");

    public async Task HandleAsync(ResourceRequest request)
    {
        if (request.Verb == "get")
        {
            var stored = registry.Read(request.Kind, request.Path.Namespace, request.Path.Name);
            await AnswerAsync(request, stored.Json).ConfigureAwait(false);
            return;
        }

        var type = (request.Http.Request.ContentType ?? "").Split(';')[0].Trim();
        if (request.Verb == "patch" && type == "application/apply-patch+yaml")
        {
            await ApplyAsync(request).ConfigureAwait(false);
            return;
        }

        Func<JsonObject, JsonObject> change;
        if (request.Verb == "update")
        {
            var sent = await bodies.ObjectAsync(request.Http, ScaleKind, ScaleSchema, request.Aborted).ConfigureAwait(false);
            change = _ => sent;
        }
        else
        {
            var report = new DecodeReport();
            change = PatchHandler.Parse(type, await bodies.BytesAsync(request.Http.Request, request.Aborted).ConfigureAwait(false), ScaleSchema, report);
            RequestBody.Judge(request.Http, ScaleKind, report);
        }

        var written = await registry.UpdateAsync(request.Kind, request.Key, live => Rescale(request, live, change(Show(request.Kind, live))), request.Options("scale"), request.Aborted).ConfigureAwait(false);
        await AnswerAsync(request, written.Json).ConfigureAwait(false);
    }

    // The field a Scale applies is the workload's own: whoever else owns spec.replicas there is in conflict with it.
    private async Task ApplyAsync(ResourceRequest request)
    {
        var scale = await bodies.ObjectAsync(request.Http, ScaleKind, ScaleSchema, request.Aborted).ConfigureAwait(false);
        var config = new JsonObject { ["apiVersion"] = request.Kind.Gvk.ApiVersion, ["kind"] = request.Kind.Gvk.Kind, ["metadata"] = new JsonObject() };
        if (scale.Object("spec").Integer("replicas") is { } replicas)
            config["spec"] = new JsonObject { ["replicas"] = replicas };
        await patches.ApplyAsync(request, config, "scale", json => AnswerAsync(request, json)).ConfigureAwait(false);
    }

    private static JsonObject Rescale(ResourceRequest request, JsonObject live, JsonObject scale)
    {
        var replicas = scale.Object("spec").Integer("replicas") ?? 0;
        if (replicas < 0)
            throw Refusal.Invalid(ScaleKind, request.Path.Name, [new StatusCause("FieldValueInvalid", $"Invalid value: {replicas}: must be greater than or equal to 0", "spec.replicas")]);
        if (scale.Object("metadata").Text("resourceVersion") is { Length: > 0 } version)
            live.Object("metadata")!["resourceVersion"] = version;
        var path = request.Kind.ScalePaths.Replicas.Split('.');
        var parent = path[..^1].Aggregate(live, (node, name) => node.Ensure(name));
        parent[path[^1]] = replicas;
        return live;
    }

    private static JsonObject Show(ResourceKind kind, JsonObject workload)
    {
        var metadata = workload.Object("metadata");
        var shown = new JsonObject();
        foreach (var field in (ReadOnlySpan<string>)["name", "namespace", "uid", "resourceVersion", "creationTimestamp"])
        {
            if (metadata?[field] is { } value)
                shown[field] = value.DeepClone();
        }

        // Replication controllers have a plain map of labels.
        var selected = workload.Object("spec").Object("selector");
        var selector = kind.ScalePaths.Selector is { } path ? workload.At(path).AsText() : kind is ReplicationControllerKind ? Columns.Labels(selected) : Columns.Selector(selected);
        var status = new JsonObject { ["replicas"] = workload.At(kind.ScalePaths.Current).AsInteger() ?? 0 };
        if (selector is { Length: > 0 } and not "<none>")
            status["selector"] = selector;
        return new JsonObject
        {
            ["kind"] = "Scale",
            ["apiVersion"] = "autoscaling/v1",
            ["metadata"] = shown,
            ["spec"] = new JsonObject { ["replicas"] = workload.At(kind.ScalePaths.Replicas).AsInteger() ?? 0 },
            ["status"] = status,
        };
    }

    private static Task AnswerAsync(ResourceRequest request, ReadOnlyMemory<byte> json) =>
        Replies.JsonAsync(request.Http, 200, JsonText.ToUtf8(Show(request.Kind, DocumentReader.Read(request.Kind.Present(json).Span))));
}
