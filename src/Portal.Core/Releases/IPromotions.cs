using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Releases;

/// <summary>Carries releases from one environment of a project to another.</summary>
public interface IPromotions
{
    /// <summary>
    /// Makes a release in this environment of what is live in another: the same image (by its digest where it came from a registry) and the same declaration, with this
    /// environment's own overrides, secrets, domains of its own included. The app is created when it is new here. Invalid names the secrets that have no value here yet.
    /// Needs <see cref="Right.Deploy"/> here.
    /// </summary>
    /// <param name="actor">Who.</param>
    /// <param name="environment">Where to.</param>
    /// <param name="app">The app's name in both environments.</param>
    /// <param name="from">The name of the environment it comes from.</param>
    /// <param name="number">The number of the release there; null for the newest live one.</param>
    /// <param name="cancellationToken">Cancels before the commit.</param>
    Task<Result<ReleaseView>> PromoteAsync(Actor actor, ScopeRef environment, string app, string from, int? number, CancellationToken cancellationToken);
}
