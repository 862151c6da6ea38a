using System.Globalization;
using System.Text.Json.Nodes;
using Kube.ApiServer.Admission;
using Kube.ApiServer.Http;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Registry;

/// <content>Deleting: at once, gracefully (pods), or held back by finalizers.</content>
internal sealed partial class ObjectRegistry
{
    private const string ForegroundFinalizer = "foregroundDeletion";
    private const string OrphanFinalizer = "orphan";

    /// <summary>Deletes an object, or marks it deleted when something holds it.</summary>
    public async ValueTask<WrittenObject> DeleteAsync(ResourceKind kind, ObjectKey key, DeleteOptions delete, WriteOptions options, CancellationToken cancellationToken)
    {
        await CatchUpAsync(cancellationToken).ConfigureAwait(false);
        for (var attempt = 0; ; attempt++)
        {
            var stored = store.Get(key) ?? throw Refusal.NotFound(kind.Resource, key.Name);
            var live = DocumentReader.Read(stored.Json.Span);
            CheckPreconditions(kind, key, stored, live, delete);
            Admit(new AdmissionRequest(AdmissionOperation.Delete, kind, key.Namespace, key.Name, "", null, live, options.User, options.DryRun) { Feedback = options.Feedback });
            var next = (JsonObject)live.DeepClone();
            next.Object("metadata")!.Remove("resourceVersion");
            if (MarkDeleted(kind, next, delete) is false)
                return new WrittenObject(stored.Json);
            var removing = IsReadyToGo(kind, next);
            if (options.DryRun)
                return new WrittenObject(stored.Json, Removed: removing);
            var write = new Write(removing ? WriteKind.Delete : WriteKind.Update, key, stored.Revision, JsonText.ToUtf8(next), ObjectMetadata.Labels(next)) { Fence = options.Fence };
            var result = await WriteAsync(write, cancellationToken).ConfigureAwait(false);
            switch (result.Outcome)
            {
                case WriteOutcome.Committed:
                    return new WrittenObject(result.Object!.Json, Removed: removing);
                case WriteOutcome.NotFound:
                    throw Refusal.NotFound(kind.Resource, key.Name);
                default:
                    if (attempt >= Attempts)
                        throw Refusal.Modified(kind.Resource, key.Name);
                    break;
            }
        }
    }

    private static void CheckPreconditions(ResourceKind kind, ObjectKey key, StoredObject stored, JsonObject live, DeleteOptions delete)
    {
        var uid = live.Object("metadata").Text("uid");
        if (delete.Uid is { Length: > 0 } wanted && wanted != uid)
            throw Refusal.Conflict(kind.Resource, key.Name, $"the UID in the precondition ({wanted}) does not match the UID in record ({uid}). The object might have been deleted and then recreated");
        var version = stored.Revision.ToString(CultureInfo.InvariantCulture);
        if (delete.ResourceVersion is { Length: > 0 } at && at != version)
            throw Refusal.Conflict(kind.Resource, key.Name, $"the ResourceVersion in the precondition ({at}) does not match the ResourceVersion in record ({version}). The object might have been modified");
    }

    // False when the object is already going and nothing changes.
    private bool MarkDeleted(ResourceKind kind, JsonObject document, DeleteOptions delete)
    {
        var metadata = document.Object("metadata")!;
        var finalizersChanged = SetPropagation(metadata, delete.Propagation);
        var grace = Math.Clamp(kind.GraceSeconds(document, delete.GraceSeconds), 0, int.MaxValue);
        var already = metadata["deletionTimestamp"] is not null;
        if (already)
        {
            // A deletion may be hastened, never drawn out.
            var before = metadata.Integer("deletionGracePeriodSeconds") ?? 0;
            if ((delete.GraceSeconds is null || grace >= before) && !finalizersChanged && !IsReadyToGo(kind, document))
                return false;
            grace = delete.GraceSeconds is null ? before : Math.Min(grace, before);
        }

        if (!already || grace < (metadata.Integer("deletionGracePeriodSeconds") ?? 0))
            metadata["deletionTimestamp"] = ObjectMetadata.Timestamp(time.GetUtcNow().AddSeconds(grace));
        metadata["deletionGracePeriodSeconds"] = grace;
        if (!already)
            kind.BeginDeletion(document);
        if (!already && kind.HasGeneration)
            metadata["generation"] = (metadata.Integer("generation") ?? 0) + 1;
        return true;
    }

    private static bool SetPropagation(JsonObject metadata, string? propagation)
    {
        var wanted = propagation switch { "Foreground" => ForegroundFinalizer, "Orphan" => OrphanFinalizer, _ => null };
        if (propagation is null)
            return false;
        var before = metadata.Texts("finalizers").ToArray();
        var after = before.Where(f => f is not (ForegroundFinalizer or OrphanFinalizer)).ToList();
        if (wanted is not null)
            after.Add(wanted);
        if (before.ToHashSet().SetEquals(after))
            return false;
        if (after.Count == 0)
            metadata.Remove("finalizers");
        else
            metadata["finalizers"] = new JsonArray([.. after.Select(f => (JsonNode)f)]);
        return true;
    }
}
