namespace Kube.Machinery.Patches;

/// <summary>A field that an apply would change and another manager owns.</summary>
/// <param name="Manager">The other manager.</param>
/// <param name="ApiVersion">The version it wrote in.</param>
/// <param name="Subresource">The subresource it wrote through, or empty.</param>
/// <param name="Field">Path, for instance <c>.spec.replicas</c>.</param>
public sealed record FieldConflict(string Manager, string ApiVersion, string Subresource, string Field);
