using Portal.Core.Apps;
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

    /// <summary>
    /// Sets the certificate of a domain, as a release; the key is stored sealed and never shown. Invalid when the two do not belong together, have ended or are
    /// for another host. Needs <see cref="Right.DomainManage"/>.
    /// </summary>
    /// <param name="actor">Who.</param>
    /// <param name="app">The app.</param>
    /// <param name="host">One of its domains other than the default one.</param>
    /// <param name="chain">The certificate and those it follows from, in PEM.</param>
    /// <param name="key">Its private key in PEM, without a passphrase.</param>
    /// <param name="cancellationToken">Cancels before the commit.</param>
    Task<Result<ReleaseView>> SetCertificateAsync(Actor actor, ScopeRef app, string host, string chain, Sensitive key, CancellationToken cancellationToken);

    /// <summary>Releases a host, as a release. The default one stays (Conflict). Needs <see cref="Right.DomainManage"/>.</summary>
    Task<Result<ReleaseView>> RemoveAsync(Actor actor, ScopeRef app, string host, CancellationToken cancellationToken);
}
