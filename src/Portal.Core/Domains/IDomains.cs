using Portal.Core.Members;
using Portal.Core.Releases;
using Portal.Core.Results;

namespace Portal.Core.Domains;

/// <summary>The host names of an app. A host belongs to one app of the whole platform at a time.</summary>
public interface IDomains
{
    /// <summary>The app's domains, the default one first. Needs <see cref="Right.AppView"/>.</summary>
    Task<Result<IReadOnlyList<DomainView>>> ListAsync(Actor actor, ScopeRef app, CancellationToken cancellationToken);

    /// <summary>Claims a host, as a release. Invalid at <c>host</c>; Conflict when another app has it. Needs <see cref="Right.DomainManage"/>.</summary>
    Task<Result<ReleaseView>> AddAsync(Actor actor, ScopeRef app, string host, CancellationToken cancellationToken);

    /// <summary>Releases a host, as a release. The default one stays (Conflict). Needs <see cref="Right.DomainManage"/>.</summary>
    Task<Result<ReleaseView>> RemoveAsync(Actor actor, ScopeRef app, string host, CancellationToken cancellationToken);
}
