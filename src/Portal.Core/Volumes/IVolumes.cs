using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Volumes;

/// <summary>The volumes of an environment, those of deleted apps included.</summary>
public interface IVolumes
{
    /// <summary>All volumes by app and name. Needs <see cref="Right.AppView"/>.</summary>
    Task<Result<IReadOnlyList<VolumeView>>> ListAsync(Actor actor, ScopeRef environment, CancellationToken cancellationToken);

    /// <summary>Deletes a volume that is no longer declared, now instead of at the end of its period; its data is gone. Conflict while an app declares it. Needs <see cref="Right.VolumeDelete"/>.</summary>
    Task<Result<Unit>> DeleteAsync(Actor actor, ScopeRef environment, Guid id, CancellationToken cancellationToken);
}
