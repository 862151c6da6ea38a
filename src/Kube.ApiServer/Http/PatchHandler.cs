using System.Text.Json.Nodes;
using Kube.ApiServer.Registry;
using Kube.Machinery.Metadata;
using Kube.Machinery.Patches;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Http;

/// <summary>Answers <c>patch</c> in its four media types. Without a resourceVersion in the patch it is tried again when another write got in between.</summary>
internal sealed class PatchHandler(ObjectRegistry registry, RequestBody bodies, ReadHandler reads, TimeProvider time)
{
    private const string MediaTypes = "application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml";

    public async Task PatchAsync(ResourceRequest request, string subresource)
    {
        var type = (request.Http.Request.ContentType ?? "").Split(';')[0].Trim();
        var bytes = await bodies.BytesAsync(request.Http.Request, request.Aborted).ConfigureAwait(false);
        if (request.Flag("force") && type != "application/apply-patch+yaml")
            throw Refusal.Invalid(new("meta.k8s.io", "v1", "PatchOptions"), "", [new StatusCause("FieldValueForbidden", "Forbidden: may not be specified for non-apply patch", "force")]);
        if (type == "application/apply-patch+yaml")
        {
            await ApplyAsync(request, bytes, subresource).ConfigureAwait(false);
            return;
        }

        if (type == "application/strategic-merge-patch+json" && !request.Kind.TakesStrategicMerge)
            throw Refusal.UnsupportedMediaType("application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml");
        var report = new DecodeReport();
        var change = Parse(type, bytes, request.Kind.Schema, report);
        RequestBody.Judge(request.Http, request.Kind.Gvk, report);
        var written = await registry.UpdateAsync(
            request.Kind,
            request.Key,
            live => RequestBody.Recheck(request.Http, change(live), request.Kind),
            request.Options(subresource),
            request.Aborted).ConfigureAwait(false);
        await reads.SendAsync(request, 200, written.Json).ConfigureAwait(false);
    }

    /// <summary>Reads a patch of one of the three older media types.</summary>
    public static Func<JsonObject, JsonObject> Parse(string type, byte[] bytes, SchemaType schema, DecodeReport report)
    {
        JsonNode? patch;
        try
        {
            patch = DocumentReader.ReadNode(bytes, report);
        }
        catch (DecodeException e)
        {
            throw Refusal.BadRequest($"error decoding patch: {e.Message}");
        }

        switch (type)
        {
            case "application/json-patch+json":
                return live => JsonPatch.Apply(live, patch) as JsonObject ?? throw Refusal.BadRequest("the patch leaves no object");
            case "application/merge-patch+json" when patch is JsonObject:
                return live => (JsonObject)MergePatch.Apply(live, patch)!;
            case "application/strategic-merge-patch+json" when patch is JsonObject changes:
                return live => StrategicMergePatch.Apply(live, changes, schema);
            case "application/merge-patch+json" or "application/strategic-merge-patch+json":
                throw Refusal.BadRequest("the patch must be a JSON object");
            default:
                throw Refusal.UnsupportedMediaType(MediaTypes);
        }
    }

    private async Task ApplyAsync(ResourceRequest request, byte[] bytes, string subresource)
    {
        var report = new DecodeReport();
        JsonObject config;
        try
        {
            config = DocumentReader.Read(YamlText.ToJson(bytes, report), request.Kind.Schema, report);
        }
        catch (DecodeException e)
        {
            throw Refusal.BadRequest($"error decoding YAML: {e.Message}");
        }

        RequestBody.Judge(request.Http, request.Kind.Gvk, report);
        if (config.Text("apiVersion") != request.Kind.Gvk.ApiVersion || config.Text("kind") != request.Kind.Gvk.Kind)
            throw Refusal.BadRequest($"the applied document must state apiVersion {request.Kind.Gvk.ApiVersion} and kind {request.Kind.Gvk.Kind}");
        var metadata = config.Ensure("metadata");
        if (metadata.Array("managedFields") is { Count: > 0 })
            throw Refusal.BadRequest("metadata.managedFields must be nil");
        if (metadata.Text("name") is { Length: > 0 } name && name != request.Path.Name)
            throw Refusal.BadRequest($"the name of the object ({name}) does not match the name on the URL ({request.Path.Name})");
        metadata.Remove("managedFields");
        LimitTo(config, request.Kind, subresource);
        await ApplyAsync(request, config, subresource, null).ConfigureAwait(false);
    }

    /// <summary>Applies a document that has been checked.</summary>
    /// <param name="request">The request.</param>
    /// <param name="config">What the manager declares.</param>
    /// <param name="subresource">The subresource it declares it through, or empty.</param>
    /// <param name="answer">Answers with the object as it is then; null to send it as it is.</param>
    public async Task ApplyAsync(ResourceRequest request, JsonObject config, string subresource, Func<ReadOnlyMemory<byte>, Task>? answer)
    {
        if (string.IsNullOrEmpty(request.Query("fieldManager")))
            throw Refusal.Invalid(new("meta.k8s.io", "v1", "PatchOptions"), "", [new StatusCause("FieldValueRequired", "Required value: is required for apply patch", "fieldManager")]);
        var options = request.Options(subresource) with { Applying = true };
        for (var attempt = 0; ; attempt++)
        {
            if (registry.Store.Get(request.Key) is null)
            {
                if (subresource.Length > 0)
                    throw Refusal.NotFound(request.Kind.Resource, request.Path.Name);
                if (await TryCreateAsync(request, config, options, attempt).ConfigureAwait(false))
                    return;
                continue;
            }

            var written = await registry.UpdateAsync(request.Kind, request.Key, live => Apply(request, live, config, options), options, request.Aborted).ConfigureAwait(false);
            await (answer is null ? reads.SendAsync(request, 200, written.Json) : answer(written.Json)).ConfigureAwait(false);
            return;
        }
    }

    // What may only be written elsewhere is neither applied nor owned: the status through the object, all but the status through the status.
    private static void LimitTo(JsonObject config, ResourceKind kind, string subresource)
    {
        if (subresource.Length == 0 && kind is { HasStatus: true, CreatesWithStatus: false })
            config.Remove("status");
        if (subresource != "status")
            return;
        foreach (var name in config.Select(p => p.Key).Where(n => n is not ("apiVersion" or "kind" or "metadata" or "status")).ToArray())
            config.Remove(name);
        foreach (var name in config.Object("metadata")!.Select(p => p.Key).Where(n => n is not ("name" or "namespace" or "uid" or "resourceVersion")).ToArray())
            config.Object("metadata")!.Remove(name);
    }

    private async ValueTask<bool> TryCreateAsync(ResourceRequest request, JsonObject config, WriteOptions options, int attempt)
    {
        if (!string.IsNullOrEmpty(config.Object("metadata").Text("resourceVersion")))
            throw Refusal.Conflict(request.Kind.Resource, request.Path.Name, "the object does not exist, but the applied document states a resourceVersion");
        var document = Apply(request, null, config, options);
        document.Ensure("metadata")["name"] = request.Path.Name;
        try
        {
            var written = await registry.CreateAsync(request.Kind, request.Path.Namespace, document, options, request.Aborted).ConfigureAwait(false);
            await reads.SendAsync(request, 201, written.Json).ConfigureAwait(false);
            return true;
        }
        catch (ApiStatusException e) when (e.Status.Reason == "AlreadyExists" && attempt < 3)
        {
            return false;
        }
    }

    private JsonObject Apply(ResourceRequest request, JsonObject? live, JsonObject config, WriteOptions options)
    {
        var manager = new FieldManager(options.Manager, request.Kind.Gvk.ApiVersion, options.Subresource, ObjectMetadata.Timestamp(time.GetUtcNow()));
        try
        {
            return FieldOwnership.Apply(live, config, request.Kind.Schema, manager, options.Force);
        }
        catch (ApplyConflictException e)
        {
            throw Refusal.ApplyConflict(e.Message, [.. e.Conflicts.Select(c => new StatusCause("FieldManagerConflict", $"conflict with {ApplyConflictException.Name(c)}", c.Field))]);
        }
    }
}
