using Portal.Core.Plan;

namespace Portal.Core.Transfers;

/// <summary>What an import does to one thing.</summary>
/// <param name="Kind"><c>Project</c>, <c>Environment</c>, <c>Quota</c>, <c>Member</c> or <c>App</c>.</param>
/// <param name="Name">Its name: of an environment, an app as <c>environment/app</c>, or a member's address.</param>
/// <param name="Change">What happens to it.</param>
/// <param name="Fields">The fields that differ.</param>
public sealed record ImportChange(string Kind, string Name, ChangeKind Change, IReadOnlyList<FieldChange> Fields);
