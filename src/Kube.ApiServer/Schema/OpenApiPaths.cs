using System.Text.Json;
using k8s.Models;
using Kube.ApiServer.Discovery;
using Kube.ApiServer.Registry;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Schema;

/// <summary>The paths and operations of a kind in an OpenAPI document: what kubectl and code generators learn of its verbs.</summary>
internal sealed class OpenApiPaths(OpenApiNames names, string group, string version)
{
    private static readonly string[] Writing = ["dryRun", "fieldManager", "fieldValidation"];
    private static readonly string[] Listing =
        ["allowWatchBookmarks", "continue", "fieldSelector", "labelSelector", "limit", "resourceVersion", "resourceVersionMatch", "sendInitialEvents", "timeoutSeconds", "watch"];

    private static readonly string[] Deleting = ["dryRun", "gracePeriodSeconds", "orphanDependents", "propagationPolicy"];

    private const string StrategicMerge = "application/strategic-merge-patch+json";
    private static readonly string[] PatchTypes = ["application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json"];

    public void Write(Utf8JsonWriter writer, ResourceKind kind)
    {
        var root = kind.Gvk.Group.Length == 0 ? $"/api/{kind.Gvk.Version}" : $"/apis/{kind.Gvk.ApiVersion}";
        var collection = kind.Namespaced ? $"{root}/namespaces/{{namespace}}/{kind.Plural}" : $"{root}/{kind.Plural}";
        var verbs = kind.Verbs;
        if (kind.Namespaced && verbs.Contains("list"))
        {
            Begin(writer, $"{root}/{kind.Plural}", kind, named: false, scoped: false);
            Operation(writer, kind, "get", "list", "ForAllNamespaces", kind.Gvk, names.ListOf(kind), null, Listing);
            writer.WriteEndObject();
        }

        Begin(writer, collection, kind, named: false, scoped: true);
        if (verbs.Contains("list"))
            Operation(writer, kind, "get", "list", "", kind.Gvk, names.ListOf(kind), null, Listing);
        if (verbs.Contains("create"))
            Operation(writer, kind, "post", "post", "", kind.Gvk, names.Of(kind), names.Of(kind), Writing);
        if (verbs.Contains("deletecollection"))
            Operation(writer, kind, "delete", "deletecollection", "Collection", kind.Gvk, Name(typeof(V1Status)), Name(typeof(V1DeleteOptions)), [.. Listing, .. Deleting]);
        writer.WriteEndObject();
        if (!verbs.Contains("get"))
            return;
        Begin(writer, $"{collection}/{{name}}", kind, named: true, scoped: true);
        Operation(writer, kind, "get", "get", "", kind.Gvk, names.Of(kind), null, []);
        Operation(writer, kind, "put", "put", "", kind.Gvk, names.Of(kind), names.Of(kind), Writing);
        Operation(writer, kind, "patch", "patch", "", kind.Gvk, names.Of(kind), null, [.. Writing, "force"]);
        Operation(writer, kind, "delete", "delete", "", kind.Gvk, Name(typeof(V1Status)), Name(typeof(V1DeleteOptions)), Deleting);
        writer.WriteEndObject();
        foreach (var sub in KindSubresources.Of(kind))
            Subresource(writer, kind, $"{collection}/{{name}}/{sub.Name}", sub);
    }

    private void Subresource(Utf8JsonWriter writer, ResourceKind kind, string path, Subresource sub)
    {
        // Only what exchanges the kind itself has a schema in this document; streams and other groups' kinds are named, no more.
        var own = sub.Group == kind.Gvk.Group && sub.Version == kind.Gvk.Version && sub.Kind == kind.Gvk.Kind;
        var schema = own ? names.Of(kind) : null;
        var gvk = new GroupVersionKind(sub.Group, sub.Version, sub.Kind);
        var suffix = char.ToUpperInvariant(sub.Name[0]) + sub.Name[1..];
        Begin(writer, path, kind, named: true, scoped: true);
        foreach (var verb in sub.Verbs)
        {
            var (method, action) = verb switch { "create" => ("post", "post"), "update" => ("put", "put"), "patch" => ("patch", "patch"), "delete" => ("delete", "delete"), _ => ("get", "get") };
            Operation(writer, kind, method, action, suffix, gvk, schema, action is "post" or "put" ? schema : null, action == "get" ? [] : action == "patch" ? [.. Writing, "force"] : Writing);
        }

        writer.WriteEndObject();
    }

    private string Name(Type model) => names.Of(ModelSchemas.For(model), group, version);

    private static void Begin(Utf8JsonWriter writer, string path, ResourceKind kind, bool named, bool scoped)
    {
        writer.WriteStartObject(path);
        writer.WriteStartArray("parameters");
        if (named)
            Parameter(writer, "name", "path", "name of the " + kind.Gvk.Kind);
        if (kind.Namespaced && scoped)
            Parameter(writer, "namespace", "path", "object name and auth scope, such as for teams and projects");
        Parameter(writer, "pretty", "query", null);
        writer.WriteEndArray();
    }

    private static void Parameter(Utf8JsonWriter writer, string name, string place, string? description)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        writer.WriteString("in", place);
        if (description is not null)
            writer.WriteString("description", description);
        if (place == "path")
            writer.WriteBoolean("required", true);
        writer.WriteStartObject("schema");
        writer.WriteString("type", name switch { "limit" or "timeoutSeconds" or "gracePeriodSeconds" => "integer", "watch" or "allowWatchBookmarks" or "sendInitialEvents" or "orphanDependents" or "force" => "boolean", _ => "string" });
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void Operation(Utf8JsonWriter writer, ResourceKind kind, string method, string action, string suffix, GroupVersionKind gvk, string? answer, string? body, string[] parameters)
    {
        var verb = action switch { "get" => "read", "post" => "create", "put" => "replace", "deletecollection" => "delete", _ => action };
        var scope = kind.Namespaced && suffix != "ForAllNamespaces" ? "Namespaced" : "";
        var id = suffix == "Collection" ? $"{verb}{OpenApiNames.Operations(kind.Gvk)}Collection{scope}{kind.Gvk.Kind}" : $"{verb}{OpenApiNames.Operations(kind.Gvk)}{scope}{kind.Gvk.Kind}{suffix}";
        writer.WriteStartObject(method);
        writer.WriteStartArray("tags");
        var tag = OpenApiNames.Operations(kind.Gvk);
        writer.WriteStringValue($"{char.ToLowerInvariant(tag[0])}{tag[1..^kind.Gvk.Version.Length]}_{kind.Gvk.Version}");
        writer.WriteEndArray();
        writer.WriteString("operationId", id);
        writer.WriteString("x-kubernetes-action", action == "get" && suffix is "Log" ? "get" : action);
        OpenApiDocument.WriteKind(writer, "x-kubernetes-group-version-kind", gvk);
        if (parameters.Length > 0)
        {
            writer.WriteStartArray("parameters");
            foreach (var parameter in parameters)
                Parameter(writer, parameter, "query", null);
            writer.WriteEndArray();
        }

        // kubectl apply chooses its kind of patch by the media types it finds here.
        if (method == "patch")
            Content(writer, "requestBody", null, kind.TakesStrategicMerge ? [.. PatchTypes, StrategicMerge] : PatchTypes, null);
        else if (body is not null)
            Content(writer, "requestBody", null, ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"], body);
        writer.WriteStartObject("responses");
        foreach (var code in action == "post" ? (ReadOnlySpan<string>)["200", "201", "202"] : action is "put" or "patch" ? ["200", "201"] : ["200"])
            Content(writer, code, code switch { "201" => "Created", "202" => "Accepted", _ => "OK" }, action == "list" ? ["application/json", "application/json;stream=watch"] : ["application/json"], answer);
        Content(writer, "401", "Unauthorized", [], null);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void Content(Utf8JsonWriter writer, string name, string? description, string[] types, string? schema)
    {
        writer.WriteStartObject(name);
        if (description is not null)
            writer.WriteString("description", description);
        if (types.Length > 0 && (schema is not null || description is null))
        {
            writer.WriteStartObject("content");
            foreach (var type in types)
            {
                writer.WriteStartObject(type);
                writer.WriteStartObject("schema");
                if (schema is null)
                    writer.WriteString("type", "object");
                else
                    writer.WriteString("$ref", "#/components/schemas/" + schema);
                writer.WriteEndObject();
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }
}
