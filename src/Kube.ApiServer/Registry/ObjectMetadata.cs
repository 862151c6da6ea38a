using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Kube.Machinery;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>The part of every object that the server owns: names, uid, timestamps, generation.</summary>
internal static class ObjectMetadata
{
    private const int TotalAnnotationBytes = 256 * 1024;
    private const string SuffixAlphabet = "bcdfghjklmnpqrstvwxz2456789";

    public static string Timestamp(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>A random suffix without vowels, so that it spells nothing.</summary>
    public static string Suffix() => new(Randomness.Source.GetItems<char>(SuffixAlphabet, 5));

    public static void Stamp(JsonObject document, ResourceKind kind, string ns, DateTimeOffset now)
    {
        var metadata = document.Ensure("metadata");
        foreach (var owned in (ReadOnlySpan<string>)["selfLink", "resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "uid", "creationTimestamp"])
            metadata.Remove(owned);
        var generateName = metadata.Text("generateName");
        if (string.IsNullOrEmpty(metadata.Text("name")) && !string.IsNullOrEmpty(generateName))
            metadata["name"] = (generateName.Length > 58 ? generateName[..58] : generateName) + Suffix();
        if (kind.Namespaced)
            metadata["namespace"] = ns;
        else
            metadata.Remove("namespace");
        DropEmpty(metadata);
        metadata["uid"] = Randomness.NewId().ToString();
        metadata["creationTimestamp"] = Timestamp(now);
        if (kind.HasGeneration)
            metadata["generation"] = 1L;
    }

    /// <summary>Keeps what an update may not change.</summary>
    public static void Preserve(JsonObject document, JsonObject old)
    {
        var metadata = document.Ensure("metadata");
        var before = old.Object("metadata")!;
        foreach (var owned in (ReadOnlySpan<string>)["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation"])
        {
            if (before[owned] is { } value)
                metadata[owned] = value.DeepClone();
            else
                metadata.Remove(owned);
        }

        // generateName is a hint for the create; clients that rebuild the object leave it out.
        if (metadata["generateName"] is null && before["generateName"] is { } prefix)
            metadata["generateName"] = prefix.DeepClone();
        metadata.Remove("resourceVersion");
        metadata.Remove("selfLink");
        DropEmpty(metadata);
    }

    // Clients tell "none" by absence.
    private static void DropEmpty(JsonObject metadata)
    {
        foreach (var optional in (ReadOnlySpan<string>)["labels", "annotations", "ownerReferences", "finalizers"])
        {
            if (metadata[optional] is JsonObject { Count: 0 } or JsonArray { Count: 0 })
                metadata.Remove(optional);
        }
    }

    public static void Validate(JsonObject document, JsonObject? old, ResourceKind kind, FieldErrors errors)
    {
        var metadata = document.Object("metadata");
        var name = metadata.Text("name");
        if (string.IsNullOrEmpty(name))
            errors.Required("metadata.name", "name or generateName is required");
        else
            errors.Check("metadata.name", name, kind.ValidateName(name));
        Keys(metadata.Object("labels"), "metadata.labels", errors, values: true);
        Keys(metadata.Object("annotations"), "metadata.annotations", errors, values: false);
        var i = 0;
        foreach (var owner in metadata.Objects("ownerReferences"))
        {
            foreach (var field in (ReadOnlySpan<string>)["apiVersion", "kind", "name", "uid"])
            {
                if (string.IsNullOrEmpty(owner.Text(field)))
                    errors.Invalid($"metadata.ownerReferences[{i}].{field}", owner.Text(field) ?? "", "must not be empty");
            }

            i++;
        }

        if (metadata.Objects("ownerReferences").Count(o => o.Flag("controller") == true) > 1)
            errors.Invalid("metadata.ownerReferences", "", "Only one reference can have Controller set to true");
        foreach (var finalizer in metadata.Texts("finalizers"))
            errors.Check("metadata.finalizers", finalizer, NameRules.QualifiedName(finalizer));
        if (old.Object("metadata")?["deletionTimestamp"] is null)
            return;
        var before = old.Object("metadata").Texts("finalizers").ToHashSet(StringComparer.Ordinal);
        if (metadata.Texts("finalizers").FirstOrDefault(f => !before.Contains(f)) is { } added)
            errors.Forbidden("metadata.finalizers", $"no new finalizers can be added if the object is being deleted, found new finalizers []string{{\"{added}\"}}");
    }

    public static void Keys(JsonObject? map, string field, FieldErrors errors, bool values)
    {
        if (map is null)
            return;
        long size = 0;
        foreach (var (key, value) in map)
        {
            var text = value.AsText() ?? "";
            if (NameRules.QualifiedName(values ? key : key.ToLowerInvariant()) is { } wrong)
                errors.Invalid(field, key, wrong);
            if (values && NameRules.LabelValue(text) is { } wrongValue)
                errors.Invalid(field, text, wrongValue);
            size += key.Length + Encoding.UTF8.GetByteCount(text);
        }

        if (!values && size > TotalAnnotationBytes)
            errors.Invalid(field, "", $"Too long: may not be more than {TotalAnnotationBytes} bytes");
    }

    public static IReadOnlyDictionary<string, string> Labels(JsonObject document)
    {
        var labels = document.Object("metadata").Object("labels");
        if (labels is null || labels.Count == 0)
            return System.Collections.Immutable.ImmutableDictionary<string, string>.Empty;
        var result = new Dictionary<string, string>(labels.Count, StringComparer.Ordinal);
        foreach (var (key, value) in labels)
            result[key] = value.AsText() ?? "";
        return result;
    }
}
