using System.Text.Json.Nodes;
using Kube.Machinery.Metadata;
using Kube.Machinery.Quantities;

namespace Kube.ApiServer.Registry;

/// <summary>The rules of persistent volume claims, and of the access modes that volumes share with them.</summary>
internal static class ClaimRules
{
    private static readonly string[] AccessModes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];

    public static void Modes(JsonObject? spec, string at, FieldErrors errors)
    {
        var modes = spec.Texts("accessModes").ToArray();
        if (modes.Length == 0)
            errors.Required($"{at}.accessModes", "at least 1 access mode is required");
        foreach (var mode in modes)
            errors.OneOf($"{at}.accessModes", mode, AccessModes);
        if (modes.Length > 1 && modes.Contains("ReadWriteOncePod"))
            errors.Forbidden($"{at}.accessModes", "may not use ReadWriteOncePod with other access modes");
    }

    public static void Validate(JsonObject? spec, string at, FieldErrors errors)
    {
        Modes(spec, at, errors);
        var storage = spec.Object("resources").Object("requests").Text("storage");
        if (string.IsNullOrEmpty(storage))
            errors.Required($"{at}.resources[storage]");
        else if (!Quantity.TryParse(storage, out var size) || size <= default(Quantity))
            errors.Invalid($"{at}.resources[storage]", storage, "must be greater than zero");
        if (spec.Text("storageClassName") is { Length: > 0 } name)
            errors.Check($"{at}.storageClassName", name, NameRules.Subdomain(name));
    }

    public static void ValidateUpdate(JsonObject document, JsonObject old, FieldErrors errors)
    {
        var before = old.Object("spec")!;
        var bound = old.Object("status").Text("phase") == "Bound";
        if (!JsonNode.DeepEquals(Fixed(document.Object("spec")!, before, bound), Fixed(before, before, bound)))
            errors.Forbidden("spec", "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims");
        if (bound && Storage(document) is { } now && Storage(old) is { } was && now < was)
            errors.Forbidden("spec.resources.requests.storage", "field can not be less than status.capacity");
    }

    // The volume is filled in once by the binder, the class once by its default.
    private static JsonObject Fixed(JsonObject spec, JsonObject before, bool bound)
    {
        var copy = (JsonObject)spec.DeepClone();
        foreach (var field in (ReadOnlySpan<string>)["volumeName", "storageClassName"])
        {
            if (before[field] is null)
                copy.Remove(field);
        }

        if (!bound)
            return copy;
        copy.Object("resources")?.Remove("requests");
        copy.Remove("volumeAttributesClassName");
        return copy;
    }

    private static Quantity? Storage(JsonObject claim) =>
        Quantity.TryParse(claim.Object("spec").Object("resources").Object("requests").Text("storage"), out var size) ? size : null;
}
