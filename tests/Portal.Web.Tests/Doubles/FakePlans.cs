using Portal.Core.Apps;
using Portal.Core.Members;
using Portal.Core.Plan;
using Portal.Core.Results;

namespace Portal.Web.Tests.Doubles;

internal sealed class FakePlans : IPlans
{
    public Error? Refusal { get; set; }
    public AppDeclaration? Planned { get; private set; }

    public Task<Result<PlanView>> PlanAsync(Actor actor, ScopeRef environment, AppDeclaration declaration, IReadOnlyDictionary<string, Sensitive>? secrets, CancellationToken cancellationToken)
    {
        Planned = declaration;
        return Task.FromResult<Result<PlanView>>(Refusal is not null ? Refusal : new PlanView("plan-1", 1,
        [
            new("Deployment", $"{declaration.Metadata.Name}-web", ChangeKind.Create, [new("spec.replicas", null, "2")]),
            new("Service", $"{declaration.Metadata.Name}-web", ChangeKind.Create, [new("spec.ports[0].port", null, "80")]),
        ], true));
    }
}
