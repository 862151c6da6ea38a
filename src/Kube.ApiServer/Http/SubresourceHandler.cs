using System.Text.Json.Nodes;
using k8s.Models;
using Kube.ApiServer.Discovery;
using Kube.ApiServer.Http.Streaming;
using Kube.ApiServer.Registry;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Http;

/// <summary>Answers <c>status</c>, <c>scale</c>, <c>binding</c>, <c>eviction</c>, <c>finalize</c>, <c>approval</c>, <c>log</c>, <c>exec</c>, <c>attach</c> and <c>portforward</c>.</summary>
internal sealed class SubresourceHandler(
    ObjectRegistry registry,
    RequestBody bodies,
    ReadHandler reads,
    WriteHandler writes,
    PatchHandler patches,
    ScaleHandler scales,
    EvictionHandler evictions,
    PodLogHandler logs,
    TokenRequestHandler tokenRequests,
    PodStreamHandler streams,
    TimeProvider time)
{
    private static readonly SchemaType BindingSchema = ModelSchemas.For(typeof(V1Binding));

    public Task HandleAsync(ResourceRequest request)
    {
        var subresource = request.Path.Subresource;
        if (!KindSubresources.Of(request.Kind).Any(s => s.Name == subresource && s.Verbs.Contains(request.Verb)))
            throw KindSubresources.Of(request.Kind).Any(s => s.Name == subresource) ? Refusal.MethodNotAllowed() : Refusal.UnknownPath();
        return (subresource, request.Verb) switch
        {
            ("status" or "approval", "get") => reads.GetAsync(request),
            ("status" or "approval", "update") => writes.UpdateAsync(request, "status"),
            ("status" or "approval", "patch") => patches.PatchAsync(request, "status"),
            ("ephemeralcontainers", "get") => reads.GetAsync(request),
            ("ephemeralcontainers", "update") => writes.UpdateAsync(request, request.Path.Subresource),
            ("ephemeralcontainers", "patch") => patches.PatchAsync(request, request.Path.Subresource),
            ("scale", _) => scales.HandleAsync(request),
            ("binding", _) => BindAsync(request),
            ("eviction", _) => evictions.EvictAsync(request),
            ("finalize", _) => FinalizeAsync(request),
            ("token", _) => tokenRequests.HandleAsync(request),
            ("log", _) => logs.HandleAsync(request),
            ("exec" or "attach" or "portforward", _) => streams.HandleAsync(request),
            _ => throw Refusal.MethodNotAllowed(),
        };
    }

    /// <summary>Carries out a Binding posted to the collection of bindings: it names its pod itself.</summary>
    public async Task BindAsync(ResourceRequest request, ResourceKind pods)
    {
        var binding = await bodies.ObjectAsync(request.Http, request.Kind.Gvk, BindingSchema, request.Aborted).ConfigureAwait(false);
        var name = binding.Object("metadata").Text("name") ?? "";
        await BindAsync(request with { Kind = pods, Path = request.Path with { Resource = pods.Plural, Name = name, Subresource = "binding" } }, binding).ConfigureAwait(false);
    }

    private async Task BindAsync(ResourceRequest request) =>
        await BindAsync(request, await bodies.ObjectAsync(request.Http, new GroupVersionKind("", "v1", "Binding"), BindingSchema, request.Aborted).ConfigureAwait(false)).ConfigureAwait(false);

    private async Task BindAsync(ResourceRequest request, JsonObject binding)
    {
        var node = binding.Object("target").Text("name");
        if (string.IsNullOrEmpty(node))
            throw Refusal.Invalid(new("", "v1", "Binding"), request.Path.Name, [new StatusCause("FieldValueRequired", "Required value", "target.name")]);
        var uid = binding.Object("metadata").Text("uid");
        await registry.AssignAsync(request.Kind, request.Key, pod => Bind(request, pod, node, uid, binding), request.Options("binding"), request.Aborted).ConfigureAwait(false);
        await Replies.StatusAsync(request.Http, new ApiStatus(201, "", "")).ConfigureAwait(false);
    }

    private void Bind(ResourceRequest request, JsonObject pod, string node, string? uid, JsonObject binding)
    {
        if (!string.IsNullOrEmpty(uid) && uid != pod.Object("metadata").Text("uid"))
            throw Refusal.Conflict(request.Kind.Resource, request.Path.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {pod.Object("metadata").Text("uid")}");
        if (pod.Object("metadata")?["deletionTimestamp"] is not null)
            throw Refusal.Conflict(request.Kind.Resource, request.Path.Name, $"pod {request.Path.Name} is being deleted, cannot be assigned to a host");
        if (pod.Object("spec").Text("nodeName") is { Length: > 0 } bound)
            throw Refusal.Conflict(request.Kind.Resource, request.Path.Name, $"pod {request.Path.Name} is already assigned to node \"{bound}\"");
        pod.Object("spec")!["nodeName"] = node;
        foreach (var (key, value) in binding.Object("metadata").Object("annotations") ?? [])
            pod.Object("metadata")!.Ensure("annotations")[key] = value?.DeepClone();
        var status = pod.Ensure("status");
        var conditions = new JsonArray([.. status.Objects("conditions").Where(c => c.Text("type") != "PodScheduled").Select(c => c.DeepClone())]);
        conditions.Add(new JsonObject { ["type"] = "PodScheduled", ["status"] = "True", ["lastTransitionTime"] = ObjectMetadata.Timestamp(time.GetUtcNow()) });
        status["conditions"] = conditions;
    }

    private async Task FinalizeAsync(ResourceRequest request)
    {
        var document = await bodies.ObjectAsync(request.Http, request.Kind.Gvk, request.Kind.Schema, request.Aborted).ConfigureAwait(false);
        var finalizers = document.Object("spec")?["finalizers"];
        var version = document.Object("metadata").Text("resourceVersion");
        var written = await registry.UpdateAsync(
            request.Kind,
            request.Key,
            live =>
            {
                if (!string.IsNullOrEmpty(version))
                    live.Object("metadata")!["resourceVersion"] = version;
                live["spec"] = finalizers is null ? new JsonObject() : new JsonObject { ["finalizers"] = finalizers.DeepClone() };
                return live;
            },
            request.Options("finalize"),
            request.Aborted).ConfigureAwait(false);
        await reads.SendAsync(request, 200, written.Json).ConfigureAwait(false);
    }
}
