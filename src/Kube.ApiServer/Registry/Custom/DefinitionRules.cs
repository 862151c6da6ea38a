using System.Text.Json.Nodes;
using Kube.ApiServer.Http;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry.Custom;

/// <summary>The rules of CustomResourceDefinitions, but for the schemas in them.</summary>
internal static class DefinitionRules
{
    private static readonly string[] ColumnTypes = ["boolean", "date", "integer", "number", "string"];

    public static void Validate(JsonObject document, FieldErrors errors)
    {
        var spec = document.Object("spec");
        var names = spec.Object("names");
        var group = spec.Text("group") ?? "";
        if (group.Length == 0)
            errors.Required("spec.group");
        else if (NameRules.Subdomain(group) is { } wrong)
            errors.Invalid("spec.group", group, wrong);
        else if (!group.Contains('.', StringComparison.Ordinal))
            errors.Invalid("spec.group", group, "should be a domain with at least one dot");
        var plural = names.Text("plural") ?? "";
        if (document.Object("metadata").Text("name") is { } name && name != $"{plural}.{group}")
            errors.Invalid("metadata.name", name, "must be spec.names.plural+\".\"+spec.group");
        if (string.IsNullOrEmpty(spec.Text("scope")))
            errors.Required("spec.scope");
        errors.OneOf("spec.scope", spec.Text("scope"), "Cluster", "Namespaced");
        Names(names, errors);
        if (spec.Flag("preserveUnknownFields") == true)
            errors.Invalid("spec.preserveUnknownFields", true, "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead");
        if (spec.Object("conversion").Text("strategy") is { } strategy and not "None")
            errors.NotSupported("spec.conversion.strategy", strategy, "None");
        Versions(spec, errors);
    }

    public static void ValidateUpdate(JsonObject document, JsonObject old, FieldErrors errors)
    {
        var spec = document.Object("spec");
        var before = old.Object("spec");
        foreach (var field in (ReadOnlySpan<string>)["group", "scope"])
        {
            if (spec.Text(field) != before.Text(field))
                errors.Immutable($"spec.{field}", spec.Text(field));
        }

        foreach (var field in (ReadOnlySpan<string>)["kind", "plural"])
        {
            if (spec.Object("names").Text(field) != before.Object("names").Text(field))
                errors.Immutable($"spec.names.{field}", spec.Object("names").Text(field));
        }

        // A definition that goes takes its objects along, whatever version they were kept in.
        if (old.Object("metadata")?["deletionTimestamp"] is null)
            StoredVersions(old, spec, "missing from spec.versions; it was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in it and removes it from status.storedVersions", errors);
    }

    /// <summary>The status may forget versions that nothing is kept in any more, never the one that is being written, and never name one that is not there.</summary>
    public static void ValidateStatus(JsonObject document, FieldErrors errors)
    {
        if (document.Object("metadata")?["deletionTimestamp"] is not null)
            return;
        var spec = document.Object("spec");
        StoredVersions(document, spec, "must appear in spec.versions", errors);
        var stored = document.Object("status").Texts("storedVersions").ToArray();
        if (stored.Length == 0)
            errors.Invalid("status.storedVersions", "[]", "must have at least one stored version");
        else if (spec.Objects("versions").FirstOrDefault(v => v.Flag("storage") == true).Text("name") is { } writing && !stored.Contains(writing))
            errors.Invalid("status.storedVersions", $"[{string.Join(' ', stored)}]", $"must have the storage version {writing}");
    }

    private static void StoredVersions(JsonObject holder, JsonObject? spec, string why, FieldErrors errors)
    {
        var versions = spec.Objects("versions").Select(v => v.Text("name")).ToHashSet();
        var i = 0;
        foreach (var stored in holder.Object("status").Texts("storedVersions"))
        {
            if (!versions.Contains(stored))
                errors.Invalid($"status.storedVersions[{i}]", stored, why);
            i++;
        }
    }

    private static void Names(JsonObject? names, FieldErrors errors)
    {
        foreach (var field in (ReadOnlySpan<string>)["plural", "singular", "kind", "listKind"])
        {
            var value = names.Text(field) ?? "";
            if (value.Length == 0)
                errors.Required($"spec.names.{field}");
            else if (NameRules.Label1035(value.ToLowerInvariant()) is { } wrong)
                errors.Invalid($"spec.names.{field}", value, wrong);
            else if (field is "plural" or "singular" && value.Any(char.IsAsciiLetterUpper))
                errors.Invalid($"spec.names.{field}", value, "must be lower case");
        }

        if (names.Text("kind") is { Length: > 0 } kind && kind == names.Text("listKind"))
            errors.Invalid("spec.names.listKind", kind, "kind and listKind may not be the same");
        var i = 0;
        foreach (var shortName in names.Texts("shortNames"))
            errors.Check($"spec.names.shortNames[{i++}]", shortName, NameRules.Label1035(shortName));
        i = 0;
        foreach (var category in names.Texts("categories"))
            errors.Check($"spec.names.categories[{i++}]", category, NameRules.Label1035(category));
    }

    private static void Versions(JsonObject? spec, FieldErrors errors)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var storing = 0;
        var i = 0;
        foreach (var version in spec.Objects("versions"))
        {
            var at = $"spec.versions[{i++}]";
            var name = version.Text("name") ?? "";
            errors.Check($"{at}.name", name, NameRules.Label1035(name));
            if (!seen.Add(name))
                errors.Invalid($"{at}.name", name, "must not contain duplicate version names");
            storing += version.Flag("storage") == true ? 1 : 0;
            if (version.Object("schema").Object("openAPIV3Schema") is { } schema)
                SchemaRules.Validate(schema, $"{at}.schema.openAPIV3Schema", errors);
            else
                errors.Required($"{at}.schema.openAPIV3Schema", "schemas are required");
            if (version.Object("subresources").Object("scale") is { } scale)
                Scale(scale, $"{at}.subresources.scale", errors);
            Columns(version, at, errors);
            Selectable(version, at, errors);
        }

        if (i == 0)
            errors.Required("spec.versions");
        else if (storing != 1)
            errors.Invalid("spec.versions", $"{storing}", "must have exactly one version marked as storage version");
    }

    private static void Scale(JsonObject scale, string at, FieldErrors errors)
    {
        foreach (var (field, root) in (ReadOnlySpan<(string, string)>)[("specReplicasPath", ".spec."), ("statusReplicasPath", ".status."), ("labelSelectorPath", ".s")])
        {
            if (scale.Text(field) is not { Length: > 0 } path)
                continue;
            if (!path.StartsWith(root, StringComparison.Ordinal) || path.Contains('[', StringComparison.Ordinal))
                errors.Invalid($"{at}.{field}", path, field == "labelSelectorPath" ? "should be a json path under either .spec or .status" : $"should be a json path under {root.TrimEnd('.')}");
        }
    }

    private static void Columns(JsonObject version, string at, FieldErrors errors)
    {
        var i = 0;
        foreach (var column in version.Objects("additionalPrinterColumns"))
        {
            var field = $"{at}.additionalPrinterColumns[{i++}]";
            if (column.Text("type") is { Length: > 0 } type && !ColumnTypes.Contains(type))
                errors.Invalid($"{field}.type", type, "must be one of boolean,date,integer,number,string");
            if (column.Text("jsonPath") is { Length: > 0 } path && JsonPathExpression.Parse(path) is null)
                errors.Invalid($"{field}.jsonPath", path, "is an invalid path");
        }
    }

    private static void Selectable(JsonObject version, string at, FieldErrors errors)
    {
        var fields = version.Objects("selectableFields").ToArray();
        if (fields.Length > 8)
            errors.Add(new StatusCause("FieldValueTooMany", $"Too many: {fields.Length}: must have at most 8 items", $"{at}.selectableFields"));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < fields.Length; i++)
        {
            var path = fields[i].Text("jsonPath") ?? "";
            var field = $"{at}.selectableFields[{i}].jsonPath";
            if (path.Length == 0)
                continue;
            if (!seen.Add(path))
                errors.Duplicate(field, path);
            if (TypeAt(version.Object("schema").Object("openAPIV3Schema"), path) is not ("string" or "boolean" or "integer"))
                errors.Invalid(field, path, "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.");
            else if (path.StartsWith(".metadata", StringComparison.Ordinal))
                errors.Invalid(field, path, "must not point to fields in metadata");
        }
    }

    private static string? TypeAt(JsonObject? schema, string path)
    {
        foreach (var name in path.TrimStart('.').Split('.'))
            schema = schema.Object("properties").Object(name);
        return schema.Text("type");
    }
}
