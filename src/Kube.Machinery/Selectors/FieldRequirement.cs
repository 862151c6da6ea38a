namespace Kube.Machinery.Selectors;

/// <summary>One condition on one field.</summary>
/// <param name="Field">Dotted path, for instance <c>spec.nodeName</c>.</param>
/// <param name="Value">The value compared with.</param>
/// <param name="Negated">True for <c>!=</c>.</param>
public sealed record FieldRequirement(string Field, string Value, bool Negated);
