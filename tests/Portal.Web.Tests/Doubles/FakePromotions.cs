using Portal.Core.Members;
using Portal.Core.Releases;
using Portal.Core.Results;

namespace Portal.Web.Tests.Doubles;

internal sealed class FakePromotions : IPromotions
{
    public List<string> Calls { get; } = [];

    public Task<Result<ReleaseView>> PromoteAsync(Actor actor, ScopeRef environment, string app, string from, int? number, CancellationToken cancellationToken)
    {
        Calls.Add($"{from}/{app} {number} to {environment.Environment}");
        return Task.FromResult<Result<ReleaseView>>(Samples.Release(1, RolloutState.Queued, $"promoted from {from}"));
    }
}
