using Portal.Core.Apps;
using Portal.Core.Members;
using Portal.Core.Releases;
using Portal.Core.Results;

namespace Portal.Web.Tests.Doubles;

internal sealed class FakeAppNames : IAppNames
{
    public List<string> Calls { get; } = [];

    public Task<Result<RenamePlan>> PlanAsync(Actor actor, ScopeRef app, string name, CancellationToken cancellationToken) => Task.FromResult<Result<RenamePlan>>(
        name.Length == 0 ? Error.Invalid("name", "An app's name is at most 30 lower-case letters, digits and hyphens and begins and ends with a letter or digit.")
            : new RenamePlan(app.App!, name, 4, ["http://hello-production-shop.apps.localhost:8080/"], ["data (hello-data-1a2b3c4d)"], [$"/t/acme/p/shop/e/production/apps/{app.App}"]));

    public Task<Result<ReleaseView>> RenameAsync(Actor actor, ScopeRef app, string name, CancellationToken cancellationToken)
    {
        Calls.Add($"{app.App} to {name}");
        return Task.FromResult<Result<ReleaseView>>(Samples.Release(4, RolloutState.Queued, $"renamed from {app.App} to {name}"));
    }
}
