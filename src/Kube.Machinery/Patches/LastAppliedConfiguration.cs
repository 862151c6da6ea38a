using System.Text;
using System.Text.Json.Nodes;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.Machinery.Patches;

/// <summary>
/// The annotation in which kubectl's client-side apply keeps what it applied last. When kubectl goes over to server-side apply, it may take
/// what it already declared there: https://kubernetes.io/docs/reference/using-api/server-side-apply/#migration-between-client-side-and-server-side-apply.
/// </summary>
internal static class LastAppliedConfiguration
{
    private const string Annotation = "kubectl.kubernetes.io/last-applied-configuration";
    private const string Kubectl = "kubectl";

    /// <summary>Whether conflicts are only about fields that client-side apply declared and nobody has changed since.</summary>
    public static bool Allows(JsonObject live, SchemaType schema, FieldManager manager, IReadOnlyList<FieldConflict> conflicts)
    {
        if (manager.Name != Kubectl || manager.Subresource.Length > 0 || live.Object("metadata").Object("annotations").Text(Annotation) is not { } text)
            return false;
        JsonObject applied;
        try
        {
            applied = DocumentReader.Read(Encoding.UTF8.GetBytes(text), schema, new DecodeReport());
        }
        catch (DecodeException)
        {
            // Somebody wrote something else into the annotation.
            return false;
        }

        var declared = FieldSets.Applied(applied, schema);
        var changed = new FieldSet();
        FieldSets.Compare(live, applied, schema, changed, new FieldSet());
        declared.ExceptWith(changed);
        var mine = declared.Common(declared).ToHashSet(StringComparer.Ordinal);
        return conflicts.All(c => mine.Contains(c.Field));
    }
}
