using Portal.Core.Apps;
using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Plan;

/// <summary>Computes what a change would do.</summary>
public interface IPlans
{
    /// <summary>
    /// Compares the live objects with what the declaration compiles to. Changes nothing. Needs <see cref="Right.Plan"/>.
    /// Unavailable when the Kubernetes API does not answer.
    /// </summary>
    Task<Result<PlanView>> PlanAsync(
        Actor actor, ScopeRef environment, AppDeclaration declaration, IReadOnlyDictionary<string, Sensitive>? secrets, CancellationToken cancellationToken);
}
