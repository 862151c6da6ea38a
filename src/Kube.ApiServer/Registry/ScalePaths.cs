namespace Kube.ApiServer.Registry;

/// <summary>Where a kind keeps what its <c>scale</c> subresource shows, as dotted paths.</summary>
/// <param name="Replicas">The wished number: <c>spec.replicas</c>.</param>
/// <param name="Current">The number there is: <c>status.replicas</c>.</param>
/// <param name="Selector">A selector in text form; null when the kind has a selector object at <c>spec.selector</c>.</param>
internal sealed record ScalePaths(string Replicas, string Current, string? Selector)
{
    public static ScalePaths Workload { get; } = new("spec.replicas", "status.replicas", null);
}
