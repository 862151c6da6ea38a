using System.Globalization;
using System.Text.Json.Nodes;
using Kube.ApiServer.Admission;
using Kube.ApiServer.Http;
using Kube.ApiServer.Presence;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;
using Kube.Machinery.Patches;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Registry;

/// <summary>
/// The way of every write: prepare, admit, validate, record field ownership, compare-and-swap. Reads go to the store directly.
/// </summary>
internal sealed partial class ObjectRegistry(IObjectStore store, IEnumerable<IAdmission> admissions, NodePresence presence, TimeProvider time)
{
    // A write without a resourceVersion is retried when another got in between; a client that loses this often gets the conflict.
    private const int Attempts = 16;
    private readonly IAdmission[] _admissions = [.. admissions];

    public IObjectStore Store => store;

    public StoredObject Read(ResourceKind kind, string ns, string name) =>
        store.Get(new ObjectKey(kind.StorageResource, ns, name)) ?? throw Refusal.NotFound(kind.Resource, name);

    public async ValueTask<WrittenObject> CreateAsync(ResourceKind kind, string ns, JsonObject document, WriteOptions options, CancellationToken cancellationToken)
    {
        var generated = string.IsNullOrEmpty(document.Object("metadata").Text("name"));
        if (!string.IsNullOrEmpty(document.Object("metadata").Text("resourceVersion")))
            throw Refusal.BadRequest("resourceVersion should not be set on objects to be created");
        if (kind is { HasStatus: true, CreatesWithStatus: false })
            document.Remove("status");
        ObjectMetadata.Stamp(document, kind, ns, time.GetUtcNow());
        for (var attempt = 0; ; attempt++)
        {
            var candidate = generated ? (JsonObject)document.DeepClone() : document;
            if (attempt > 0)
                candidate.Object("metadata")!["name"] = candidate.Object("metadata").Text("generateName") + ObjectMetadata.Suffix();
            var name = candidate.Object("metadata").Text("name") ?? "";
            kind.Default(candidate);
            kind.PrepareForCreate(candidate);
            Admit(new AdmissionRequest(AdmissionOperation.Create, kind, ns, name, "", candidate, null, options.User, options.DryRun) { Feedback = options.Feedback, CountsQuota = options.CountsQuota });
            Validate(kind, candidate, null, "");
            if (!options.Applying)
                RecordCreate(kind, candidate, options);
            var key = new ObjectKey(kind.StorageResource, kind.Namespaced ? ns : "", name);
            if (options.DryRun)
            {
                await CatchUpAsync(cancellationToken).ConfigureAwait(false);
                return store.Get(key) is null
                    ? new WrittenObject(JsonText.ToUtf8(candidate), Created: true)
                    : throw Refusal.AlreadyExists(kind.Resource, name);
            }

            presence.Absorbs(key, null, null, candidate);
            var result = await WriteAsync(new Write(WriteKind.Create, key, 0, JsonText.ToUtf8(kind.ToStorage(candidate)), ObjectMetadata.Labels(candidate)) { Fence = options.Fence }, cancellationToken).ConfigureAwait(false);
            if (result.Outcome == WriteOutcome.Committed)
                return new WrittenObject(result.Object!.Json, Created: true);
            if (!generated || attempt >= Attempts)
                throw Refusal.AlreadyExists(kind.Resource, name);
        }
    }

    /// <summary>Changes an object.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="key">Its identity.</param>
    /// <param name="change">Makes the new state out of a copy of the live one, <c>metadata.resourceVersion</c> included.</param>
    /// <param name="options">Who and how.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async ValueTask<WrittenObject> UpdateAsync(ResourceKind kind, ObjectKey key, Func<JsonObject, JsonObject> change, WriteOptions options, CancellationToken cancellationToken)
    {
        await CatchUpAsync(cancellationToken).ConfigureAwait(false);
        for (var attempt = 0; ; attempt++)
        {
            var stored = store.Get(key) ?? throw Refusal.NotFound(kind.Resource, key.Name);
            var live = kind.FromStorage(DocumentReader.Read(stored.Json.Span));
            var changed = change((JsonObject)live.DeepClone());
            CheckPreconditions(kind, key, stored, live, changed);
            var next = Merge(kind, live, changed, options.Subresource);
            Admit(new AdmissionRequest(AdmissionOperation.Update, kind, key.Namespace, key.Name, options.Subresource, next, live, options.User, options.DryRun) { Feedback = options.Feedback });
            Validate(kind, next, live, options.Subresource);
            live.Object("metadata")!.Remove("resourceVersion");
            if (Unchanged(live, next, options))
                return new WrittenObject(stored.Json);
            if (!options.DryRun && presence.Absorbs(key, stored, live, next))
                return new WrittenObject(Resembling(stored, next));
            if (!options.Applying)
                FieldOwnership.RecordUpdate(next, live, kind.Schema, Owner(kind, options));
            var result = await StoreUpdateAsync(kind, key, stored, next, options, cancellationToken).ConfigureAwait(false);
            if (result is not null)
                return result;
            if (attempt >= Attempts)
                throw Refusal.Modified(kind.Resource, key.Name);
        }
    }

    // What was not stored is shown to its writer all the same, under the version that is.
    private static byte[] Resembling(StoredObject stored, JsonObject next)
    {
        next.Ensure("metadata")["resourceVersion"] = stored.Revision.ToString(CultureInfo.InvariantCulture);
        return JsonText.ToUtf8(next);
    }

    // The status of a new object is the server's: who creates it does not own it, and its controller meets no conflict there.
    private void RecordCreate(ResourceKind kind, JsonObject document, WriteOptions options)
    {
        var status = kind is { HasStatus: true, CreatesWithStatus: false } ? document["status"] : null;
        if (status is not null)
            document.Remove("status");
        FieldOwnership.RecordUpdate(document, null, kind.Schema, Owner(kind, options));
        if (status is not null)
            document["status"] = status;
    }

    private static void CheckPreconditions(ResourceKind kind, ObjectKey key, StoredObject stored, JsonObject live, JsonObject changed)
    {
        var metadata = changed.Object("metadata");
        var version = metadata.Text("resourceVersion");
        if (!string.IsNullOrEmpty(version) && version != "0" && version != stored.Revision.ToString(CultureInfo.InvariantCulture))
            throw Refusal.Modified(kind.Resource, key.Name);
        var uid = metadata.Text("uid");
        var liveUid = live.Object("metadata").Text("uid");
        if (!string.IsNullOrEmpty(uid) && uid != liveUid)
            throw Refusal.Conflict(kind.Resource, key.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {liveUid}");
    }

    private static JsonObject Merge(ResourceKind kind, JsonObject live, JsonObject changed, string subresource)
    {
        if (subresource == "status")
        {
            var status = changed["status"]?.DeepClone();
            var result = (JsonObject)live.DeepClone();
            result["status"] = status ?? new JsonObject();
            if (changed.Object("metadata")?["managedFields"] is { } managed)
                result.Object("metadata")!["managedFields"] = managed.DeepClone();
            result.Object("metadata")!.Remove("resourceVersion");
            return result;
        }

        if (subresource is "binding" or "finalize")
        {
            // The handler built this state from the live one itself.
            changed.Object("metadata")!.Remove("resourceVersion");
            return changed;
        }

        if (subresource == "ephemeralcontainers")
            return EphemeralContainers.Merge(kind, live, changed);
        ObjectMetadata.Preserve(changed, live);
        if (kind.HasStatus)
        {
            if (live["status"] is { } status)
                changed["status"] = status.DeepClone();
            else
                changed.Remove("status");
        }

        kind.Default(changed);
        kind.PrepareForUpdate(changed, live);
        if (kind.HasGeneration && kind.IsNewGeneration(changed, live))
            changed.Object("metadata")!["generation"] = (live.Object("metadata").Integer("generation") ?? 0) + 1;
        return changed;
    }

    private static void Validate(ResourceKind kind, JsonObject document, JsonObject? old, string subresource)
    {
        var errors = new FieldErrors();
        ObjectMetadata.Validate(document, old, kind, errors);
        if (subresource.Length == 0 || subresource == "scale")
        {
            kind.Validate(document, errors);
            kind.ValidateStructure(document, errors);
            if (old is not null)
                kind.ValidateUpdate(document, old, errors);
            else
                kind.ValidateCreate(document, errors);
        }
        else if (subresource == "status" && old is not null)
        {
            kind.ValidateStatus(document, old, errors);
        }

        if (errors.Any)
            throw Refusal.Invalid(kind.Gvk, document.Object("metadata").Text("name") ?? "", errors.Causes);
    }

    private static bool Unchanged(JsonObject live, JsonObject next, WriteOptions options)
    {
        if (options.Applying)
            return JsonNode.DeepEquals(live, next);
        var before = live.Object("metadata")!;
        var after = next.Object("metadata")!;
        var liveManaged = before["managedFields"];
        if (liveManaged is not null && after["managedFields"] is { } sent && !JsonNode.DeepEquals(liveManaged, sent))
            return false;
        before.Remove("managedFields");
        var nextManaged = after["managedFields"];
        after.Remove("managedFields");
        var same = JsonNode.DeepEquals(live, next);
        before["managedFields"] = liveManaged;
        after["managedFields"] = nextManaged ?? liveManaged?.DeepClone();
        return same;
    }

    private FieldManager Owner(ResourceKind kind, WriteOptions options) => new(options.Manager, kind.Gvk.ApiVersion, options.Subresource, ObjectMetadata.Timestamp(time.GetUtcNow()));

    private async ValueTask<WrittenObject?> StoreUpdateAsync(ResourceKind kind, ObjectKey key, StoredObject stored, JsonObject next, WriteOptions options, CancellationToken cancellationToken)
    {
        if (options.DryRun)
        {
            next.Object("metadata")!["resourceVersion"] = stored.Revision.ToString(CultureInfo.InvariantCulture);
            return new WrittenObject(JsonText.ToUtf8(next));
        }

        var removing = IsReadyToGo(kind, next);
        var labels = ObjectMetadata.Labels(next);
        var write = new Write(removing ? WriteKind.Delete : WriteKind.Update, key, stored.Revision, JsonText.ToUtf8(kind.ToStorage(next)), labels) { Fence = options.Fence };
        var result = await WriteAsync(write, cancellationToken).ConfigureAwait(false);
        return result.Outcome switch
        {
            WriteOutcome.Committed => new WrittenObject(result.Object!.Json, Removed: removing),
            WriteOutcome.NotFound => throw Refusal.NotFound(kind.Resource, key.Name),
            _ => null,
        };
    }

    // An object whose deletion was asked for goes with its last finalizer; pods stay until their node says that they are gone.
    private static bool IsReadyToGo(ResourceKind kind, JsonObject document)
    {
        var metadata = document.Object("metadata");
        return metadata?["deletionTimestamp"] is not null
            && metadata.Array("finalizers") is not { Count: > 0 }
            && (metadata.Integer("deletionGracePeriodSeconds") ?? 0) == 0
            && !kind.HoldsBack(document);
    }

    // What is refused here before the store decides (not found, modified) is refused by the newest state.
    private async ValueTask CatchUpAsync(CancellationToken cancellationToken)
    {
        try
        {
            await store.CatchUpAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (StoreUnavailableException e)
        {
            throw Refusal.Unavailable(e.Message);
        }
    }

    private async ValueTask<WriteResult> WriteAsync(Write write, CancellationToken cancellationToken)
    {
        try
        {
            var result = await store.WriteAsync(write, cancellationToken).ConfigureAwait(false);
            return result.Outcome != WriteOutcome.Fenced ? result : throw Refusal.TermIsOver(write.Key, write.Fence!);
        }
        catch (StoreUnavailableException e)
        {
            throw Refusal.Unavailable(e.Message);
        }
    }

    private void Admit(AdmissionRequest request)
    {
        foreach (var admission in _admissions)
            admission.Admit(request);
    }
}
