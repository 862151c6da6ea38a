namespace Portal.Core.Plan;

/// <summary>What a plan does to one Kubernetes object.</summary>
/// <param name="Kind">The object's kind, for example <c>Deployment</c>.</param>
/// <param name="Name">Its name in the environment's namespace.</param>
/// <param name="Change">What happens to it.</param>
/// <param name="Fields">The fields that differ.</param>
public sealed record ObjectChange(string Kind, string Name, ChangeKind Change, IReadOnlyList<FieldChange> Fields);
