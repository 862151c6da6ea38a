using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Core.Config;

/// <summary>The one way by which a person reads a secret back.</summary>
public interface ISecretReveals
{
    /// <summary>
    /// One value, of the version that the newest release carries. Needs <see cref="Right.SecretReveal"/> and a sign-in younger than <see cref="Actor.JustSignedIn"/>, so
    /// that neither a token nor a browser left open reads secrets. Audited with the reason in the same transaction: what was not written down was not shown.
    /// </summary>
    /// <param name="actor">Who.</param>
    /// <param name="app">The app.</param>
    /// <param name="name">The secret's name.</param>
    /// <param name="reason">Why, in the person's own words, 3 to 200 characters; it stays in the audit.</param>
    /// <param name="cancellationToken">Gives up; nothing is shown then.</param>
    Task<Result<RevealedSecret>> RevealAsync(Actor actor, ScopeRef app, string name, string reason, CancellationToken cancellationToken);
}
