using System.Globalization;
using System.Text.Json.Nodes;
using Kube.ApiServer.Registry;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;
using k8s.Models;

namespace Kube.ApiServer.Http;

/// <summary>Answers <c>create</c>, <c>update</c>, <c>delete</c> and <c>deletecollection</c>.</summary>
internal sealed class WriteHandler(ObjectRegistry registry, RequestBody bodies, ReadHandler reads)
{
    private static readonly GroupVersionKind DeleteOptionsKind = new("meta.k8s.io", "v1", "DeleteOptions");
    private static readonly SchemaType DeleteOptionsSchema = ModelSchemas.For(typeof(V1DeleteOptions));

    public async Task CreateAsync(ResourceRequest request)
    {
        var document = await bodies.ObjectAsync(request.Http, request.Kind.Gvk, request.Kind.Schema, request.Aborted).ConfigureAwait(false);
        CheckNamespace(request, document);
        var written = await registry.CreateAsync(request.Kind, request.Path.Namespace, document, request.Options(), request.Aborted).ConfigureAwait(false);
        await reads.SendAsync(request, 201, written.Json).ConfigureAwait(false);
    }

    public async Task UpdateAsync(ResourceRequest request, string subresource)
    {
        var document = await bodies.ObjectAsync(request.Http, request.Kind.Gvk, request.Kind.Schema, request.Aborted).ConfigureAwait(false);
        CheckNamespace(request, document);
        CheckName(request, document);
        var written = await registry.UpdateAsync(request.Kind, request.Key, _ => (JsonObject)document.DeepClone(), request.Options(subresource), request.Aborted).ConfigureAwait(false);
        await reads.SendAsync(request, 200, written.Json).ConfigureAwait(false);
    }

    public async Task DeleteAsync(ResourceRequest request)
    {
        var (delete, dryRun) = await OptionsAsync(request).ConfigureAwait(false);
        var options = request.Options() with { DryRun = dryRun };
        var written = await registry.DeleteAsync(request.Kind, request.Key, delete, options, request.Aborted).ConfigureAwait(false);
        await AnswerDeletedAsync(request, written).ConfigureAwait(false);
    }

    public async Task DeleteCollectionAsync(ResourceRequest request)
    {
        var (delete, dryRun) = await OptionsAsync(request).ConfigureAwait(false);
        var options = request.Options() with { DryRun = dryRun };
        var filter = ObjectFilter.Of(request);
        var items = filter.Apply(registry.Store.List(request.Kind.StorageResource, request.Scope)).ToArray();
        foreach (var item in items)
        {
            try
            {
                await registry.DeleteAsync(request.Kind, item.Key, delete, options, request.Aborted).ConfigureAwait(false);
            }
            catch (ApiStatusException e) when (e.Status.Code == 404)
            {
                // Somebody else was faster.
            }
        }

        await Replies.StatusAsync(request.Http, new ApiStatus(200, "", "") { Kind = request.Kind.Plural, Group = request.Kind.Gvk.Group }).ConfigureAwait(false);
    }

    public Task AnswerDeletedAsync(ResourceRequest request, WrittenObject written)
    {
        if (!written.Removed || request.Kind.StorageResource == "pods")
            return reads.SendAsync(request, 200, written.Json);
        return Replies.StatusAsync(request.Http, new ApiStatus(200, "", "")
        {
            Name = request.Path.Name,
            Group = request.Kind.Gvk.Group,
            Kind = request.Kind.Plural,
            Uid = FieldReader.Text(written.Json, "metadata.uid"),
        });
    }

    /// <summary>The options of a delete: from the body, else from the query.</summary>
    public async ValueTask<(DeleteOptions Delete, bool DryRun)> OptionsAsync(ResourceRequest request)
    {
        var body = await bodies.OptionalAsync(request.Http, DeleteOptionsSchema, request.Aborted).ConfigureAwait(false);
        return (Read(body, request), request.DryRun || body.Texts("dryRun").Contains("All"));
    }

    public static DeleteOptions Read(JsonObject? body, ResourceRequest request)
    {
        var grace = body.Integer("gracePeriodSeconds")
            ?? (request.Query("gracePeriodSeconds") is { Length: > 0 } text && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds) ? seconds : null);
        var propagation = body.Text("propagationPolicy") ?? request.Query("propagationPolicy");
        var orphan = body.Flag("orphanDependents") ?? (request.Query("orphanDependents") is { Length: > 0 } flag ? flag == "true" : null);
        var causes = new List<StatusCause>();
        if (propagation is { Length: > 0 } and not ("Background" or "Foreground" or "Orphan"))
            causes.Add(new StatusCause("FieldValueNotSupported", $"Unsupported value: \"{propagation}\": supported values: \"Background\", \"Foreground\", \"Orphan\"", "propagationPolicy"));
        if (propagation is { Length: > 0 } && orphan is not null)
            causes.Add(new StatusCause("FieldValueInvalid", "Invalid value: orphanDependents and deletionPropagation cannot be both set", "propagationPolicy"));
        if (body.Texts("dryRun").FirstOrDefault(d => d != "All") is { } unknown)
            causes.Add(new StatusCause("FieldValueNotSupported", $"Unsupported value: \"{unknown}\": supported values: \"All\"", "dryRun"));
        if (causes.Count > 0)
            throw Refusal.Invalid(DeleteOptionsKind, "", causes);
        propagation = propagation is { Length: > 0 } ? propagation : orphan switch { true => "Orphan", false => "Background", _ => null };
        var preconditions = body.Object("preconditions");
        return new DeleteOptions(grace, propagation, preconditions.Text("uid"), preconditions.Text("resourceVersion"));
    }

    private static void CheckNamespace(ResourceRequest request, JsonObject document)
    {
        var ns = document.Object("metadata").Text("namespace");
        if (request.Kind.Namespaced && !string.IsNullOrEmpty(ns) && ns != request.Path.Namespace)
            throw Refusal.BadRequest($"the namespace of the provided object does not match the namespace sent on the request ({ns} is not {request.Path.Namespace})");
    }

    private static void CheckName(ResourceRequest request, JsonObject document)
    {
        var name = document.Object("metadata").Text("name");
        if (string.IsNullOrEmpty(name))
            document.Ensure("metadata")["name"] = request.Path.Name;
        else if (name != request.Path.Name)
            throw Refusal.BadRequest($"the name of the object ({name}) does not match the name on the URL ({request.Path.Name})");
    }
}
