using Portal.Core.Apps;
using Portal.Core.Observe;
using Portal.Core.Releases;

namespace Portal.Web.Endpoints;

/// <summary>An app as REST shows it: what is stored and how it is doing.</summary>
internal sealed record AppResource(
    Guid Id, string Team, string Project, string Environment, string Name, string Image, AppResource.ReleaseState Release, int Replicas, HealthState Health, string HealthReason,
    string Host, string Url, IReadOnlyList<string> Domains, IReadOnlyList<SecretView> Secrets, AppDeclaration Declaration, bool Deleting, DateTimeOffset CreatedAt)
{
    public static AppResource Of(AppView app, AppSnapshot? live) => new(
        app.Id, app.Team, app.Project, app.Environment, app.Name, app.Image, new(app.Release, live?.Rollout?.State), app.Replicas, live?.Health ?? HealthState.Unknown, live?.Reason ?? "",
        app.Host, app.Url, app.Domains, app.Secrets, app.Declaration, app.Deleting, app.CreatedAt);

    internal sealed record ReleaseState(int Number, RolloutState? State);
}
