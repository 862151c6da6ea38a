using Portal.Core.Members;
using Portal.Core.Observe;
using Portal.Core.Placements;
using Portal.Core.Results;

namespace Portal.Web.Tests.Doubles;

internal sealed class FakePlacements : IPlacements
{
    public Explanation Why { get; set; } = new("hello", HealthState.Degraded, "One instance has no node.",
    [
        new(CauseKind.Placement, ["hello-web-5d9f7c-m8vtz"], "No node has 2 Gi of memory free.", "0/1 nodes are available", ["Ask for 1 Gi instead of 2 Gi."]) { Judgements = [new("node-1", false, "NodeResources", ["not enough memory"])] },
    ]);

    public WhatIf? Asked { get; private set; }

    public Task<Result<Explanation>> ExplainAsync(Actor actor, ScopeRef app, string? instance, CancellationToken cancellationToken) => Task.FromResult<Result<Explanation>>(Why);

    public Task<Result<WhatIfView>> WhatIfAsync(Actor actor, ScopeRef environment, WhatIf question, CancellationToken cancellationToken)
    {
        Asked = question;
        return Task.FromResult<Result<WhatIfView>>(new WhatIfView(
            new(true, false, "2 of 3 fit.", [new("hello/web", 3, 2, false, "2 of 3 fit: node-2", ["node-2", "node-2"]) { Reason = "No node has the memory.", Fixes = ["Add a node like node-1."] }]),
            [new("hello-web-5d9f7c-k2xqp", "node-1", "node-2", null, null), new("hello-web-5d9f7c-m8vtz", "node-1", null, "not enough memory", "Add a node.")], [],
            question.EachNode ? [new("node-1", false, 2, [new("hello-web-5d9f7c-m8vtz", "node-1", null, "not enough memory", null)], ["hello/web"])] : []));
    }
}
