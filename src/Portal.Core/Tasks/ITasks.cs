using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Tasks;

/// <summary>
/// One-off tasks of an app: a command in a container of its own with the image, configuration and secrets of the app's newest live release. A task that has ended is
/// listed for a day.
/// </summary>
public interface ITasks
{
    /// <summary>Starts a task. Needs <see cref="Right.Exec"/>. Conflict while the app has no live release.</summary>
    Task<Result<TaskView>> RunAsync(Actor actor, ScopeRef app, TaskOrder order, CancellationToken cancellationToken);

    /// <summary>The app's tasks, the newest first. Needs <see cref="Right.AppView"/>.</summary>
    Task<Result<IReadOnlyList<TaskView>>> ListAsync(Actor actor, ScopeRef app, CancellationToken cancellationToken);

    /// <summary>One task. Needs <see cref="Right.AppView"/>.</summary>
    Task<Result<TaskView>> GetAsync(Actor actor, ScopeRef app, string name, CancellationToken cancellationToken);

    /// <summary>Ends a task and forgets it. Needs <see cref="Right.Exec"/>.</summary>
    Task<Result<Unit>> RemoveAsync(Actor actor, ScopeRef app, string name, CancellationToken cancellationToken);
}
