using System.Text.Json.Nodes;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.Machinery.Patches;

/// <summary>
/// Field management: who set which field, and server-side apply over it.
/// See https://kubernetes.io/docs/reference/using-api/server-side-apply/.
/// </summary>
public static class FieldOwnership
{
    /// <summary>Records in a new state which fields an update changed. Other managers lose them without a conflict.</summary>
    /// <param name="next">The new state; its managedFields are rewritten. An empty list there resets all ownership first.</param>
    /// <param name="live">The state before; null for a create.</param>
    /// <param name="schema">Their schema.</param>
    /// <param name="manager">Who updates.</param>
    public static void RecordUpdate(JsonObject next, JsonObject? live, SchemaType schema, FieldManager manager)
    {
        var sent = next.Object("metadata")?["managedFields"] is not null;
        var entries = ManagedFieldsEntry.ReadAll(sent ? next : live);
        var changed = new FieldSet();
        var removed = new FieldSet();
        if (live is null)
            changed = FieldSets.Everything(next, schema);
        else
            FieldSets.Compare(live, next, schema, changed, removed);
        var own = entries.Find(e => e.Is(manager.Name, ManagedFieldsEntry.UpdateOperation, manager.Subresource));
        foreach (var entry in entries)
        {
            if (entry != own)
                entry.Fields.ExceptWith(changed);
            entry.Fields.ExceptWith(removed);
        }

        if (!changed.IsEmpty)
        {
            if (own is null)
                entries.Add(own = new ManagedFieldsEntry(manager.Name, ManagedFieldsEntry.UpdateOperation, manager.ApiVersion, manager.Subresource, null, new FieldSet()));
            own.Fields.UnionWith(changed);
            own.Time = manager.Time;
            own.ApiVersion = manager.ApiVersion;
        }

        ManagedFieldsEntry.Condense(entries, manager.Time);
        ManagedFieldsEntry.WriteAll(next, entries);
    }

    /// <summary>Server-side apply.</summary>
    /// <param name="live">The state before; null when the object is new.</param>
    /// <param name="config">What the manager declares, in full.</param>
    /// <param name="schema">Their schema.</param>
    /// <param name="manager">Who applies.</param>
    /// <param name="force">Take over fields in conflict.</param>
    /// <returns>The new state with its managedFields. Equal to <paramref name="live"/> when nothing changes.</returns>
    /// <exception cref="ApplyConflictException">Fields belong to others and <paramref name="force"/> is false.</exception>
    public static JsonObject Apply(JsonObject? live, JsonObject config, SchemaType schema, FieldManager manager, bool force)
    {
        var entries = ManagedFieldsEntry.ReadAll(live);
        var own = entries.Find(e => e.Is(manager.Name, ManagedFieldsEntry.ApplyOperation, manager.Subresource));
        var applied = FieldSets.Applied(config, schema);
        var last = own?.Fields.Clone() ?? new FieldSet();
        if (own is null)
            entries.Add(own = new ManagedFieldsEntry(manager.Name, ManagedFieldsEntry.ApplyOperation, manager.ApiVersion, manager.Subresource, null, applied));
        own.Fields = applied.Clone();
        var merged = (JsonObject)SchemaMerge.Merge(live, config, schema, MergeRule.None)!;
        var owned = new FieldSet();
        foreach (var entry in entries)
            owned.UnionWith(entry.Fields);
        SchemaMerge.Prune(merged, last, owned, schema);
        var changed = new FieldSet();
        var removed = new FieldSet();
        FieldSets.Compare(live ?? [], merged, schema, changed, removed);
        var conflicts = new List<FieldConflict>();
        foreach (var entry in entries)
        {
            if (entry != own)
                conflicts.AddRange(entry.Fields.Common(changed).Select(field => new FieldConflict(entry.Manager, entry.ApiVersion, entry.Subresource, field)));
        }

        if (conflicts.Count > 0 && !force && !LastAppliedConfiguration.Allows(live!, schema, manager, conflicts))
            throw new ApplyConflictException(conflicts);
        foreach (var entry in entries)
        {
            if (entry != own)
                entry.Fields.ExceptWith(changed);
            entry.Fields.ExceptWith(removed);
        }

        if (own.Time is null || !own.Fields.SetEquals(last) || !changed.IsEmpty || !removed.IsEmpty)
            own.Time = manager.Time;
        own.ApiVersion = manager.ApiVersion;
        ManagedFieldsEntry.WriteAll(merged, entries);
        return merged;
    }
}
