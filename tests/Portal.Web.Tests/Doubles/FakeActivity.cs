using Portal.Core.Activity;
using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Web.Tests.Doubles;

internal sealed class FakeActivity : IActivity
{
    public List<ActivityItem> All { get; } = [];

    public Task<Result<IReadOnlyList<ActivityItem>>> ListAsync(Actor actor, string team, string project, int limit, DateTimeOffset? before, CancellationToken cancellationToken) =>
        Task.FromResult(Result<IReadOnlyList<ActivityItem>>.Ok([.. All]));
}
