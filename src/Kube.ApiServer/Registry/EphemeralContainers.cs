using System.Text.Json.Nodes;
using Kube.ApiServer.Http;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>
/// The <c>ephemeralcontainers</c> subresource: containers put into a running pod to look at it. They are added, never changed or taken away.
/// Source: https://kubernetes.io/docs/concepts/workloads/pods/ephemeral-containers/
/// </summary>
internal static class EphemeralContainers
{
    private const string Field = "spec.ephemeralContainers";
    private static readonly string[] NotOffered = ["ports", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle", "resources", "resizePolicy", "restartPolicy"];

    /// <summary>The live pod with the ephemeral containers of the changed one; nothing else of that counts.</summary>
    /// <exception cref="ApiStatusException">422: what is wrong with them.</exception>
    public static JsonObject Merge(ResourceKind kind, JsonObject live, JsonObject changed)
    {
        var next = (JsonObject)live.DeepClone();
        next.Object("metadata")!.Remove("resourceVersion");
        if (changed.Object("metadata")?["managedFields"] is { } managed)
            next.Object("metadata")!["managedFields"] = managed.DeepClone();
        if (changed.Object("spec").Array("ephemeralContainers") is { Count: > 0 } wanted)
            next.Object("spec")!["ephemeralContainers"] = wanted.DeepClone();
        else
            next.Object("spec")!.Remove("ephemeralContainers");
        var errors = new FieldErrors();
        // Before the defaults: those give every container resources.
        ValidateNew(next, live, errors);
        kind.Default(next);
        ValidateKept(next, live, errors);
        return errors.Any ? throw Refusal.Invalid(kind.Gvk, live.Object("metadata").Text("name") ?? "", errors.Causes) : next;
    }

    private static void ValidateNew(JsonObject next, JsonObject live, FieldErrors errors)
    {
        var spec = next.Object("spec");
        var others = PodTemplates.Containers(spec).Select(c => c.Text("name") ?? "").ToHashSet(StringComparer.Ordinal);
        var known = live.Object("spec").Objects("ephemeralContainers").Select(c => c.Text("name")).ToHashSet(StringComparer.Ordinal);
        var names = new HashSet<string>(others, StringComparer.Ordinal);
        var i = -1;
        foreach (var container in spec.Objects("ephemeralContainers"))
        {
            var at = $"{Field}[{++i}]";
            var name = container.Text("name") ?? "";
            if (name.Length == 0)
                errors.Required($"{at}.name");
            else
                errors.Check($"{at}.name", name, NameRules.Label(name));
            if (!names.Add(name))
                errors.Duplicate($"{at}.name", name);
            if (string.IsNullOrEmpty(container.Text("image")))
                errors.Required($"{at}.image");
            if (container.Text("targetContainerName") is { Length: > 0 } target && !others.Contains(target))
                errors.NotFound($"{at}.targetContainerName", target);
            if (known.Contains(name))
                continue;
            foreach (var field in NotOffered)
            {
                if (container[field] is JsonArray { Count: > 0 } or JsonObject { Count: > 0 } or JsonValue)
                    errors.Forbidden($"{at}.{field}", "cannot be set for an Ephemeral Container");
            }
        }
    }

    private static void ValidateKept(JsonObject next, JsonObject live, FieldErrors errors)
    {
        foreach (var before in live.Object("spec").Objects("ephemeralContainers"))
        {
            var after = next.Object("spec").Objects("ephemeralContainers").FirstOrDefault(c => c.Text("name") == before.Text("name"));
            if (after is null)
                errors.Forbidden(Field, $"existing ephemeral containers \"{before.Text("name")}\" may not be removed");
            else if (!JsonNode.DeepEquals(before, after))
                errors.Forbidden(Field, $"existing ephemeral containers \"{before.Text("name")}\" may not be changed");
        }
    }
}
