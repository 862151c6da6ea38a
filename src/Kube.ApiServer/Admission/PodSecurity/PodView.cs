using System.Text.Json.Nodes;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Admission.PodSecurity;

/// <summary>A pod or a pod template as the rules look at it.</summary>
/// <param name="Metadata">The pod's metadata; may be null.</param>
/// <param name="Spec">The pod's spec.</param>
internal sealed record PodView(JsonObject? Metadata, JsonObject Spec)
{
    public JsonObject? Security => Spec.Object("securityContext");

    public bool IsWindows => Spec.Object("os").Text("name") == "windows";

    /// <summary>All containers, those of every kind.</summary>
    public IReadOnlyList<JsonObject> Containers { get; } = [.. Spec.Objects("initContainers"), .. Spec.Objects("containers"), .. Spec.Objects("ephemeralContainers")];

    /// <summary>Names of the containers for which something holds.</summary>
    public string[] Where(Func<JsonObject, bool> holds) => [.. Containers.Where(holds).Select(c => c.Text("name") ?? "")];

    /// <summary><c>container "a"</c> or <c>containers "a", "b"</c>.</summary>
    public static string Name(IReadOnlyCollection<string> containers) => Name("container", containers);

    /// <summary><c>volume "a"</c> or <c>volumes "a", "b"</c>.</summary>
    public static string Name(string word, IReadOnlyCollection<string> names) => $"{word}{(names.Count == 1 ? "" : "s")} {Quote(names)}";

    public static string Quote(IEnumerable<string> values) => string.Join(", ", values.Select(v => $"\"{v}\""));

    /// <summary>Of whom a fault is told: the pod, containers, or both.</summary>
    public static string Setters(bool pod, IReadOnlyCollection<string> containers) =>
        pod && containers.Count > 0 ? $"pod and {Name(containers)}" : pod ? "pod" : Name(containers);
}
