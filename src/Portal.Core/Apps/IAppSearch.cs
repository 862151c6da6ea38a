using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Apps;

/// <summary>Finds apps by name over all teams of a person; what the command palette asks.</summary>
public interface IAppSearch
{
    /// <summary>
    /// Apps whose path <c>team/project/environment/app</c> holds every word of the text, those whose own name begins with it first. Only teams the actor is a member of are
    /// looked at, so nothing foreign can be found. Needs <see cref="Right.AppView"/> where a token narrows rights.
    /// </summary>
    /// <param name="actor">Who searches.</param>
    /// <param name="text">Words; an empty text finds nothing.</param>
    /// <param name="limit">The most hits, 1 to 50.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    Task<Result<IReadOnlyList<AppHit>>> FindAsync(Actor actor, string text, int limit, CancellationToken cancellationToken);
}
