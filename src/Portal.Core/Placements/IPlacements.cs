using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Placements;

/// <summary>Why things are as they are, and what would be if. Changes nothing.</summary>
public interface IPlacements
{
    /// <summary>
    /// Why an app, or one of its instances, is not as it should be, and what would help. Needs <see cref="Right.AppView"/>; an instance that is
    /// not there is not found.
    /// </summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="app">The app.</param>
    /// <param name="instance">One instance; null for the app as a whole.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<Result<Explanation>> ExplainAsync(Actor actor, ScopeRef app, string? instance, CancellationToken cancellationToken);

    /// <summary>
    /// What would follow for an environment if nodes came or went or processes had other numbers of instances. Needs <see cref="Right.Plan"/>.
    /// Tells of the environment's instances only, whatever else would move.
    /// </summary>
    Task<Result<WhatIfView>> WhatIfAsync(Actor actor, ScopeRef environment, WhatIf question, CancellationToken cancellationToken);
}
