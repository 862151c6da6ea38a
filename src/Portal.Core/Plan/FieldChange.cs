namespace Portal.Core.Plan;

/// <summary>One field that differs. Values of secrets appear as <c>sha256:</c> and the first twelve digits of a keyed hash, never in clear.</summary>
/// <param name="Path">A dotted path such as <c>spec.template.spec.containers[web].image</c>.</param>
/// <param name="From">The present value as JSON, or null when the field is new.</param>
/// <param name="To">The future value as JSON, or null when the field goes away.</param>
public sealed record FieldChange(string Path, string? From, string? To);
