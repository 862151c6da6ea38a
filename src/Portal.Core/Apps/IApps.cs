using Portal.Core.Members;
using Portal.Core.Releases;
using Portal.Core.Results;

namespace Portal.Core.Apps;

/// <summary>
/// Apps of an environment. Every change makes a numbered release and starts its rollout; the call returns once both are stored, before
/// anything runs. <c>scope</c> names the environment where apps are listed or created, and the app everywhere else.
/// </summary>
public interface IApps
{
    /// <summary>All apps of the environment by name. Needs <see cref="Right.AppView"/>.</summary>
    Task<Result<IReadOnlyList<AppView>>> ListAsync(Actor actor, ScopeRef environment, CancellationToken cancellationToken);

    /// <summary>One app. Needs <see cref="Right.AppView"/>.</summary>
    Task<Result<AppView>> GetAsync(Actor actor, ScopeRef app, CancellationToken cancellationToken);

    /// <summary>
    /// Creates the app or changes it to this declaration. Needs <see cref="Right.Deploy"/>, and <see cref="Right.ConfigWrite"/> where anything but
    /// the image differs, and <see cref="Right.DomainManage"/> where domains differ.
    /// Invalid lists every fault by field; a secret without a value is one. Nothing is created then.
    /// </summary>
    /// <param name="actor">Who.</param>
    /// <param name="environment">Where; the declaration's metadata must agree or be silent.</param>
    /// <param name="declaration">What.</param>
    /// <param name="secrets">Values for declared secrets, stored as new versions in the same transaction; others keep theirs.</param>
    /// <param name="planId">The plan this carries out, or null; a plan gone stale is a Conflict.</param>
    /// <param name="cancellationToken">Cancels before the commit.</param>
    Task<Result<ReleaseView>> DeclareAsync(
        Actor actor, ScopeRef environment, AppDeclaration declaration, IReadOnlyDictionary<string, Sensitive>? secrets, string? planId, CancellationToken cancellationToken);

    /// <summary>Changes the number of instances of one process, 0 to 100. Needs <see cref="Right.Scale"/>.</summary>
    Task<Result<ReleaseView>> ScaleAsync(Actor actor, ScopeRef app, string process, int replicas, CancellationToken cancellationToken);

    /// <summary>Sets a variable in this environment, or removes it when the value is null. Needs <see cref="Right.ConfigWrite"/>.</summary>
    Task<Result<ReleaseView>> SetVariableAsync(Actor actor, ScopeRef app, string name, string? value, CancellationToken cancellationToken);

    /// <summary>Sets a secret's value as its next version, adding it to the declaration. Needs <see cref="Right.SecretWrite"/>.</summary>
    Task<Result<ReleaseView>> SetSecretAsync(Actor actor, ScopeRef app, string name, Sensitive value, CancellationToken cancellationToken);

    /// <summary>Every version of every secret, without values, the newest of each first. Needs <see cref="Right.AppView"/>.</summary>
    Task<Result<IReadOnlyList<SecretVersion>>> SecretVersionsAsync(Actor actor, ScopeRef app, CancellationToken cancellationToken);

    /// <summary>Runs another image. Needs <see cref="Right.Deploy"/>.</summary>
    Task<Result<ReleaseView>> SetImageAsync(Actor actor, ScopeRef app, string image, CancellationToken cancellationToken);

    /// <summary>Replaces the running instances by new ones, as a new release. Needs <see cref="Right.Restart"/>.</summary>
    Task<Result<ReleaseView>> RestartAsync(Actor actor, ScopeRef app, CancellationToken cancellationToken);

    /// <summary>Deletes the app and everything of it, in the background; its domains are free once it is gone. Needs <see cref="Right.AppDelete"/>.</summary>
    Task<Result<Unit>> DeleteAsync(Actor actor, ScopeRef app, CancellationToken cancellationToken);
}
