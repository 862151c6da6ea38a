using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Previews;

/// <summary>Previews of an environment. One for each key: opening it again brings it up to date and lengthens its time.</summary>
public interface IPreviews
{
    /// <summary>The previews made from the environment. Needs <see cref="Right.AppView"/>.</summary>
    Task<Result<IReadOnlyList<PreviewView>>> ListAsync(Actor actor, ScopeRef environment, CancellationToken cancellationToken);

    /// <summary>
    /// Makes an environment with the same apps, variables and secret values, one of them with another image. Domains stay where they are and volumes begin empty.
    /// Needs <see cref="Right.Deploy"/> in the environment it is made from. Conflict where that is protected: its secrets are not for previews.
    /// </summary>
    Task<Result<PreviewView>> OpenAsync(Actor actor, ScopeRef environment, PreviewOrder order, CancellationToken cancellationToken);

    /// <summary>Removes a preview now, by exactly the key it was made with. Needs <see cref="Right.Deploy"/> in the environment it was made from.</summary>
    Task<Result<Unit>> CloseAsync(Actor actor, ScopeRef environment, string key, CancellationToken cancellationToken);
}
