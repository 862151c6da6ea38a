using Portal.Core.Apps;
using Portal.Core.Members;
using Portal.Core.Releases;
using Portal.Core.Results;

namespace Portal.Web.Tests.Doubles;

/// <summary>Keeps apps in memory and remembers what was asked for.</summary>
internal sealed class FakeApps : IApps
{
    public List<AppView> All { get; } = [];
    public Error? Error { get; set; }
    public Error? Refusal { get; set; }
    public List<string> Calls { get; } = [];
    public AppDeclaration? Declared { get; private set; }
    public IReadOnlyDictionary<string, Sensitive>? DeclaredSecrets { get; private set; }

    public Task<Result<IReadOnlyList<AppView>>> ListAsync(Actor actor, ScopeRef environment, CancellationToken cancellationToken) =>
        Task.FromResult(Error is null ? Result<IReadOnlyList<AppView>>.Ok([.. All]) : Error);

    public Task<Result<AppView>> GetAsync(Actor actor, ScopeRef app, CancellationToken cancellationToken) =>
        Task.FromResult<Result<AppView>>(Error is not null ? Error : All.Find(view => view.Name == app.App) is { } found ? found : Error.NotFound("app"));

    public Task<Result<ReleaseView>> DeclareAsync(Actor actor, ScopeRef environment, AppDeclaration declaration, IReadOnlyDictionary<string, Sensitive>? secrets, string? planId, CancellationToken cancellationToken)
    {
        if (Refusal is null) (Declared, DeclaredSecrets) = (declaration, secrets);
        return Answer($"declare {declaration.Metadata.Name} by {planId}", view => view, Samples.Release(1) with { Declaration = declaration });
    }

    public Task<Result<ReleaseView>> ScaleAsync(Actor actor, ScopeRef app, string process, int replicas, CancellationToken cancellationToken) =>
        Answer($"scale {process} to {replicas}", view => With(view, Samples.Declaration(view.Name, view.Image, replicas)));

    public Task<Result<ReleaseView>> SetVariableAsync(Actor actor, ScopeRef app, string name, string? value, CancellationToken cancellationToken) =>
        Answer($"set {name} to {value ?? "nothing"}", view => With(view, view.Declaration with { Spec = view.Declaration.Spec with { Env = value is null ? view.Declaration.Spec.Env.Remove(name) : view.Declaration.Spec.Env.SetItem(name, value) } }));

    public Task<Result<ReleaseView>> SetSecretAsync(Actor actor, ScopeRef app, string name, Sensitive value, CancellationToken cancellationToken) => Answer($"secret {name} of {value.Reveal().Length} characters", view => view);

    public Task<Result<IReadOnlyList<SecretVersion>>> SecretVersionsAsync(Actor actor, ScopeRef app, CancellationToken cancellationToken) =>
        Task.FromResult(Result<IReadOnlyList<SecretVersion>>.Ok([.. All.Where(view => view.Name == app.App).SelectMany(view => view.Secrets).Select(secret => new SecretVersion(secret.Name, secret.Version, "ada@example.com", secret.SetAt))]));

    public Task<Result<ReleaseView>> SetImageAsync(Actor actor, ScopeRef app, string image, CancellationToken cancellationToken) => Answer($"image {image}", view => view);

    public Task<Result<ReleaseView>> RestartAsync(Actor actor, ScopeRef app, CancellationToken cancellationToken) => Answer("restart", view => view);

    public Task<Result<Unit>> DeleteAsync(Actor actor, ScopeRef app, CancellationToken cancellationToken)
    {
        Calls.Add($"delete {app.App}");
        return Task.FromResult<Result<Unit>>(Refusal is not null ? Refusal : Unit.Value);
    }

    private static AppView With(AppView view, AppDeclaration declaration) => view with { Declaration = declaration, Release = view.Release + 1 };

    private Task<Result<ReleaseView>> Answer(string call, Func<AppView, AppView> change, ReleaseView? release = null)
    {
        Calls.Add(call);
        if (Refusal is not null) return Task.FromResult<Result<ReleaseView>>(Refusal);
        if (All.Count > 0) All[0] = change(All[0]);
        return Task.FromResult<Result<ReleaseView>>(release ?? Samples.Release(All[0].Release, RolloutState.Queued, call));
    }
}
