namespace Kube.Machinery.Patches;

/// <summary>Who writes fields: the identity of an entry of <c>metadata.managedFields</c>.</summary>
/// <param name="Name">Manager name.</param>
/// <param name="ApiVersion">Version the fields are named in.</param>
/// <param name="Subresource">Subresource written through; empty for the object itself.</param>
/// <param name="Time">When, RFC 3339.</param>
public sealed record FieldManager(string Name, string ApiVersion, string Subresource, string Time);
