using System.Text.Json.Nodes;
using Kube.ApiServer.Admission;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Registry.Custom;

/// <summary>
/// Decides whether the names of a CustomResourceDefinition are free, and says so in its status: accepted and established, or why not. It happens within
/// the write, so a definition is served as soon as its creator has the answer.
/// </summary>
internal sealed class CustomResourceNames(IObjectStore store, ResourceCatalog catalog, TimeProvider time) : IAdmission
{
    public void Admit(AdmissionRequest request)
    {
        if (request.Kind is not CustomResourceDefinitionKind || request.Object is not { } definition || request.Subresource.Length > 0 || definition.Object("spec").Object("names") is not { } names)
            return;
        var status = definition.Ensure("status");
        var conflict = Conflict(definition, names, request.Name);
        if (conflict is null)
        {
            status["acceptedNames"] = names.DeepClone();
            Condition(status, "NamesAccepted", true, "NoConflicts", "no conflicts found");
            Condition(status, "Established", true, "InitialNamesAccepted", "the initial names have been accepted");
        }
        else
        {
            status.SetDefault("acceptedNames", new JsonObject { ["plural"] = "", ["kind"] = "" });
            Condition(status, "NamesAccepted", false, conflict.Value.Reason, conflict.Value.Message);
            if (!status.Objects("conditions").Any(c => c.Text("type") == "Established" && c.Text("status") == "True"))
                Condition(status, "Established", false, "NotAccepted", "not all names are accepted");
        }

        var versions = status.Texts("storedVersions").ToList();
        var storage = definition.Object("spec").Objects("versions").FirstOrDefault(v => v.Flag("storage") == true).Text("name");
        if (storage is not null && !versions.Contains(storage))
            versions.Add(storage);
        status["storedVersions"] = new JsonArray([.. versions.Select(v => (JsonNode)v)]);
    }

    private (string Reason, string Message)? Conflict(JsonObject definition, JsonObject names, string name)
    {
        var group = definition.Object("spec").Text("group");
        var builtIn = catalog.Kinds.Where(k => k is not CustomResourceKind && k.Gvk.Group == group);
        var resources = new HashSet<string>(builtIn.SelectMany(k => k.ShortNames.Append(k.Plural).Append(k.Singular)), StringComparer.Ordinal);
        var kinds = new HashSet<string>(builtIn.SelectMany(k => new[] { k.Gvk.Kind, k.ListKind }), StringComparer.Ordinal);
        foreach (var other in store.List(CustomDefinitions.Resource, null).Items.Where(o => o.Key.Name != name))
        {
            var found = DocumentReader.Read(other.Json.Span);
            if (found.Object("spec").Text("group") != group || found.Object("status").Object("acceptedNames") is not { } taken)
                continue;
            resources.UnionWith([taken.Text("plural") ?? "", taken.Text("singular") ?? "", .. taken.Texts("shortNames")]);
            kinds.UnionWith([taken.Text("kind") ?? "", taken.Text("listKind") ?? ""]);
        }

        foreach (var (field, reason) in (ReadOnlySpan<(string, string)>)[("plural", "PluralConflict"), ("singular", "SingularConflict")])
        {
            if (names.Text(field) is { Length: > 0 } value && resources.Contains(value))
                return (reason, $"\"{value}\" is already in use");
        }

        if (names.Texts("shortNames").FirstOrDefault(resources.Contains) is { } shortName)
            return ("ShortNamesConflict", $"\"{shortName}\" is already in use");
        if (kinds.Contains(names.Text("kind") ?? ""))
            return ("KindConflict", $"\"{names.Text("kind")}\" is already in use");
        return kinds.Contains(names.Text("listKind") ?? "") ? ("ListKindConflict", $"\"{names.Text("listKind")}\" is already in use") : null;
    }

    private void Condition(JsonObject status, string type, bool holds, string reason, string message)
    {
        var list = status["conditions"] as JsonArray;
        if (list is null)
            status["conditions"] = list = [];
        var text = holds ? "True" : "False";
        var before = list.OfType<JsonObject>().FirstOrDefault(c => c.Text("type") == type);
        var condition = new JsonObject
        {
            ["type"] = type,
            ["status"] = text,
            ["lastTransitionTime"] = before.Text("status") == text ? before!["lastTransitionTime"]?.DeepClone() : ObjectMetadata.Timestamp(time.GetUtcNow()),
            ["reason"] = reason,
            ["message"] = message,
        };
        if (before is null)
            list.Add(condition);
        else
            list[list.IndexOf(before)] = condition;
    }
}
