using System.Text.Json.Nodes;
using Kube.Machinery.Metadata;

namespace Kube.Machinery.Patches;

/// <summary>One entry of <c>metadata.managedFields</c>.</summary>
internal sealed class ManagedFieldsEntry(string manager, string operation, string apiVersion, string subresource, string? time, FieldSet fields)
{
    public const string ApplyOperation = "Apply";
    public const string UpdateOperation = "Update";
    private const string AncientChanges = "ancient-changes";
    private const int MaxUpdates = 10;

    public string Manager => manager;

    public string Operation => operation;

    public string ApiVersion { get; set; } = apiVersion;

    public string Subresource => subresource;

    public string? Time { get; set; } = time;

    public FieldSet Fields { get; set; } = fields;

    /// <summary>The entries of a document; entries that cannot be read are dropped, as are those a client emptied to reset ownership.</summary>
    public static List<ManagedFieldsEntry> ReadAll(JsonObject? document)
    {
        var entries = new List<ManagedFieldsEntry>();
        foreach (var entry in document.Object("metadata").Objects("managedFields"))
        {
            if (entry.Text("operation") is { } operation && entry.Object("fieldsV1") is { } fields)
            {
                entries.Add(new ManagedFieldsEntry(
                    entry.Text("manager") ?? "", operation, entry.Text("apiVersion") ?? "", entry.Text("subresource") ?? "", entry.Text("time"), FieldSet.FromFieldsV1(fields)));
            }
        }

        return entries;
    }

    public static void WriteAll(JsonObject document, List<ManagedFieldsEntry> entries)
    {
        var list = new JsonArray();
        foreach (var entry in entries)
        {
            if (entry.Fields.ToFieldsV1() is not { Count: > 0 } fields)
                continue;
            var node = new JsonObject { ["manager"] = entry.Manager, ["operation"] = entry.Operation, ["apiVersion"] = entry.ApiVersion };
            if (entry.Time is not null)
                node["time"] = entry.Time;
            node["fieldsType"] = "FieldsV1";
            node["fieldsV1"] = fields;
            if (entry.Subresource.Length > 0)
                node["subresource"] = entry.Subresource;
            list.Add(node);
        }

        var metadata = document.Ensure("metadata");
        if (list.Count > 0)
            metadata["managedFields"] = list;
        else
            metadata.Remove("managedFields");
    }

    /// <summary>Joins the oldest updates under one name, so that many programs that each wrote once do not grow the object for ever.</summary>
    public static void Condense(List<ManagedFieldsEntry> entries, string now)
    {
        var updates = entries.Where(e => e.Operation == UpdateOperation && e.Subresource.Length == 0 && !e.Fields.IsEmpty && e.Manager != AncientChanges).OrderBy(e => e.Time, StringComparer.Ordinal).ToArray();
        foreach (var oldest in updates.SkipLast(MaxUpdates))
        {
            var ancient = entries.Find(e => e.Is(AncientChanges, UpdateOperation, "") && e.ApiVersion == oldest.ApiVersion);
            if (ancient is null)
                entries.Add(ancient = new ManagedFieldsEntry(AncientChanges, UpdateOperation, oldest.ApiVersion, "", oldest.Time ?? now, new FieldSet()));
            ancient.Fields.UnionWith(oldest.Fields);
            ancient.Time = oldest.Time;
            entries.Remove(oldest);
        }
    }

    public bool Is(string name, string op, string sub) => Manager == name && Operation == op && Subresource == sub;
}
