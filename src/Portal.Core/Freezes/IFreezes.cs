using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Freezes;

/// <summary>Freeze windows of an environment: while one holds, every new release and every approval is refused, but for the recovery of a failed one.</summary>
public interface IFreezes
{
    /// <summary>The windows that hold or are to come. Needs <see cref="Right.AppView"/>.</summary>
    Task<Result<IReadOnlyList<FreezeView>>> ListAsync(Actor actor, ScopeRef environment, CancellationToken cancellationToken);

    /// <summary>Adds a window; without a beginning it holds at once. Invalid when it ends before it begins or has ended. Needs <see cref="Right.ProjectManage"/>.</summary>
    Task<Result<FreezeView>> AddAsync(Actor actor, ScopeRef environment, string reason, DateTimeOffset? from, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>Ends a window, or takes back one that is to come. Needs <see cref="Right.ProjectManage"/>.</summary>
    Task<Result<Unit>> EndAsync(Actor actor, ScopeRef environment, Guid id, CancellationToken cancellationToken);
}
