using Portal.Core.Results;

namespace Portal.Core.Members;

/// <summary>The one decision function. Deny by default.</summary>
public interface IAuthorizer
{
    /// <summary>
    /// Decides whether the actor has the right in the scope. A scope that is missing or belongs to a team the actor is no member of is
    /// <see cref="ErrorKind.NotFound"/>; a member without the right gets <see cref="ErrorKind.Forbidden"/>, and the denial is audited.
    /// </summary>
    Task<Result<Access>> AuthorizeAsync(Actor actor, Right right, ScopeRef scope, CancellationToken cancellationToken);
}
