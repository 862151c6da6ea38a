using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Core.Apps;
using Portal.Core.Config;
using Portal.Core.Domains;
using Portal.Core.Members;
using Portal.Core.Observe;
using Portal.Core.Plan;
using Portal.Core.Releases;

namespace Portal.Web.Endpoints;

/// <summary>Apps of an environment and their changes. Every change answers 202 with the release it made.</summary>
internal static class AppEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var apps = api.MapGroup("/teams/{team}/projects/{project}/environments/{environment}/apps").WithTags("Apps");
        apps.MapGet("", ListAsync).WithName("ListApps").Produces<IReadOnlyList<AppResource>>().RequiresRight(Right.AppView, ScopeLevel.Environment);
        apps.MapPost("", (HttpContext http, IApps use, IDeclarations declarations) => DeclarationBody.WithAsync(http, declarations, body =>
                Answers.Accepted(use.DeclareAsync(http.Actor(), http.Scope(ScopeLevel.Environment), body.Declaration, body.Secrets, body.PlanId, http.RequestAborted))))
            .WithName("CreateApp").Declares().RequiresRight(Right.Deploy, ScopeLevel.Environment);

        var app = apps.MapGroup("/{app}");
        app.MapGet("", GetAsync).WithName("GetApp").Produces<AppResource>().RequiresRight(Right.AppView, ScopeLevel.App);
        // The app need not exist yet: the right is asked for in the environment.
        app.MapPut("", (HttpContext http, IApps use, IDeclarations declarations) => DeclarationBody.WithAsync(http, declarations, body =>
                Answers.Accepted(use.DeclareAsync(http.Actor(), http.Scope(ScopeLevel.App), body.Declaration, body.Secrets, body.PlanId, http.RequestAborted))))
            .WithName("DeclareApp").Declares().RequiresRight(Right.Deploy, ScopeLevel.Environment);
        app.MapPost("/plan", (HttpContext http, IPlans use, IDeclarations declarations) => DeclarationBody.WithAsync(http, declarations, async body =>
                (await use.PlanAsync(http.Actor(), http.Scope(ScopeLevel.App), body.Declaration, body.Secrets, http.RequestAborted)).Match(plan => Results.Ok(PlanResource.Of(plan)), Problems.Of)))
            .WithName("PlanApp").Accepts<AppDeclaration>("application/json", "application/yaml").Produces<PlanResource>().RequiresRight(Right.Plan, ScopeLevel.Environment);
        app.MapGet("/declaration", DeclarationAsync).WithName("GetDeclaration").Produces<AppDeclaration>(200, "application/json", "application/yaml").RequiresRight(Right.AppView, ScopeLevel.App);
        app.MapDelete("", (HttpContext http, IApps use) => Answers.Accepted(use.DeleteAsync(http.Actor(), http.Scope(ScopeLevel.App), http.RequestAborted)))
            .WithName("DeleteApp").Produces(202).RequiresRight(Right.AppDelete, ScopeLevel.App);

        app.MapPost("/scale", (HttpContext http, IApps use) => RequestBody.WithJsonAsync<Scale>(http, body =>
                Answers.Accepted(use.ScaleAsync(http.Actor(), http.Scope(ScopeLevel.App), body.Process, body.Replicas, http.RequestAborted))))
            .WithName("ScaleApp").Accepts<Scale>("application/json").Produces<ReleaseView>(202).RequiresRight(Right.Scale, ScopeLevel.App);
        app.MapPost("/deploy", (HttpContext http, IApps use) => RequestBody.WithJsonAsync<Image>(http, body =>
                Answers.Accepted(use.SetImageAsync(http.Actor(), http.Scope(ScopeLevel.App), body.Reference, http.RequestAborted))))
            .WithName("DeployImage").Accepts<Image>("application/json").Produces<ReleaseView>(202).RequiresRight(Right.Deploy, ScopeLevel.App);
        app.MapPost("/restart", (HttpContext http, IApps use) => Answers.Accepted(use.RestartAsync(http.Actor(), http.Scope(ScopeLevel.App), http.RequestAborted)))
            .WithName("RestartApp").Produces<ReleaseView>(202).RequiresRight(Right.Restart, ScopeLevel.App);

        app.MapPost("/rename/plan", (HttpContext http, IAppNames use) => RequestBody.WithJsonAsync<NewName>(http, body =>
                Answers.Ok(use.PlanAsync(http.Actor(), http.Scope(ScopeLevel.App), body.Name, http.RequestAborted))))
            .WithName("PlanRename").Accepts<NewName>("application/json").Produces<RenamePlan>().RequiresRight(Right.ConfigWrite, ScopeLevel.App);
        app.MapPost("/rename", (HttpContext http, IAppNames use) => RequestBody.WithJsonAsync<NewName>(http, body =>
                Answers.Accepted(use.RenameAsync(http.Actor(), http.Scope(ScopeLevel.App), body.Name, http.RequestAborted))))
            .WithName("RenameApp").Accepts<NewName>("application/json").Produces<ReleaseView>(202).RequiresRight(Right.ConfigWrite, ScopeLevel.App);

        app.MapPut("/variables/{name}", (string name, HttpContext http, IApps use) => RequestBody.WithJsonAsync<Value>(http, body =>
                Answers.Accepted(use.SetVariableAsync(http.Actor(), http.Scope(ScopeLevel.App), name, body.Text, http.RequestAborted))))
            .WithName("SetVariable").Accepts<Value>("application/json").Produces<ReleaseView>(202).RequiresRight(Right.ConfigWrite, ScopeLevel.App);
        app.MapDelete("/variables/{name}", (string name, HttpContext http, IApps use) =>
                Answers.Accepted(use.SetVariableAsync(http.Actor(), http.Scope(ScopeLevel.App), name, null, http.RequestAborted)))
            .WithName("RemoveVariable").Produces<ReleaseView>(202).RequiresRight(Right.ConfigWrite, ScopeLevel.App);
        app.MapPut("/secrets/{name}", (string name, HttpContext http, IApps use) => RequestBody.WithJsonAsync<SecretValue>(http, body =>
                Answers.Accepted(use.SetSecretAsync(http.Actor(), http.Scope(ScopeLevel.App), name, body.Value, http.RequestAborted))))
            .WithName("SetSecret").Accepts<SecretValue>("application/json").Produces<ReleaseView>(202).RequiresRight(Right.SecretWrite, ScopeLevel.App);

        // For the console: a token never has the fresh sign-in that it takes. The value goes straight to the page's script, past the circuit and every cache.
        app.MapPost("/secrets/{name}/reveal", (string name, HttpContext http, ISecretReveals use) => RequestBody.WithJsonAsync<Reveal>(http, async body =>
                (await use.RevealAsync(http.Actor(), http.Scope(ScopeLevel.App), name, body.Reason, http.RequestAborted)).Match(secret => Revealed(http, secret), Problems.Of)))
            .WithName("RevealSecret").Accepts<Reveal>("application/json").Produces<SecretText>().RequiresRight(Right.SecretReveal, ScopeLevel.App);
        app.MapGet("/secrets", (HttpContext http, IApps use) => Answers.Ok(use.SecretVersionsAsync(http.Actor(), http.Scope(ScopeLevel.App), http.RequestAborted)))
            .WithName("ListSecretVersions").Produces<IReadOnlyList<SecretVersion>>().RequiresRight(Right.AppView, ScopeLevel.App);

        app.MapGet("/domains", (HttpContext http, IDomains use) => Answers.Ok(use.ListAsync(http.Actor(), http.Scope(ScopeLevel.App), http.RequestAborted)))
            .WithName("ListDomains").Produces<IReadOnlyList<DomainView>>().RequiresRight(Right.AppView, ScopeLevel.App);
        app.MapPut("/domains/{host}", (string host, HttpContext http, IDomains use) => Answers.Accepted(use.AddAsync(http.Actor(), http.Scope(ScopeLevel.App), host, http.RequestAborted)))
            .WithName("AddDomain").Produces<ReleaseView>(202).RequiresRight(Right.DomainManage, ScopeLevel.App);
        app.MapDelete("/domains/{host}", (string host, HttpContext http, IDomains use) => Answers.Accepted(use.RemoveAsync(http.Actor(), http.Scope(ScopeLevel.App), host, http.RequestAborted)))
            .WithName("RemoveDomain").Produces<ReleaseView>(202).RequiresRight(Right.DomainManage, ScopeLevel.App);
        app.MapPut("/domains/{host}/certificate", (string host, HttpContext http, IDomains use) => RequestBody.WithJsonAsync<Certificate>(http, body =>
                Answers.Accepted(use.SetCertificateAsync(http.Actor(), http.Scope(ScopeLevel.App), host, body.Chain, body.Key, http.RequestAborted))))
            .WithName("SetCertificate").Accepts<Certificate>("application/json").Produces<ReleaseView>(202).RequiresRight(Right.DomainManage, ScopeLevel.App);
    }

    private static RouteHandlerBuilder Declares(this RouteHandlerBuilder builder) =>
        builder.Accepts<AppDeclaration>("application/json", "application/yaml").Produces<ReleaseView>(202);

    private static async Task<IResult> ListAsync(HttpContext http, IApps use, IAppObserver observer)
    {
        var scope = http.Scope(ScopeLevel.Environment);
        var apps = await use.ListAsync(http.Actor(), scope, http.RequestAborted);
        if (!apps.IsOk) return Problems.Of(apps.Error);
        var live = await observer.GetEnvironmentAsync(http.Actor(), scope, http.RequestAborted);
        return Results.Ok(apps.Value.Select(app => AppResource.Of(app, live.IsOk ? live.Value.FirstOrDefault(one => one.App == app.Name) : null)));
    }

    private static async Task<IResult> GetAsync(HttpContext http, IApps use, IAppObserver observer)
    {
        var scope = http.Scope(ScopeLevel.App);
        var app = await use.GetAsync(http.Actor(), scope, http.RequestAborted);
        if (!app.IsOk) return Problems.Of(app.Error);
        var live = await observer.GetAsync(http.Actor(), scope, http.RequestAborted);
        return Results.Ok(AppResource.Of(app.Value, live.IsOk ? live.Value : null));
    }

    private static async Task<IResult> DeclarationAsync(HttpContext http, IApps use, IDeclarations declarations)
    {
        var app = await use.GetAsync(http.Actor(), http.Scope(ScopeLevel.App), http.RequestAborted);
        if (!app.IsOk) return Problems.Of(app.Error);
        return http.Request.Headers.Accept.ToString().Contains("yaml", StringComparison.OrdinalIgnoreCase)
            ? Results.Text(declarations.ToYaml(app.Value.Declaration), "application/yaml")
            : Results.Text(declarations.ToJson(app.Value.Declaration), "application/json");
    }

    internal sealed record Scale(int Replicas, string Process = "web");

    internal sealed record NewName(string Name);

    internal sealed record Image([property: System.Text.Json.Serialization.JsonPropertyName("image")] string Reference);

    internal sealed record Value([property: System.Text.Json.Serialization.JsonPropertyName("value")] string Text);

    private static IResult Revealed(HttpContext http, RevealedSecret secret)
    {
        http.Response.Headers.CacheControl = "no-store";
        return Results.Ok(new SecretText(secret.Name, secret.Version, secret.Value.Reveal()));
    }

    internal sealed record SecretValue(Sensitive Value);

    internal sealed record Reveal(string Reason);

    internal sealed record SecretText(string Name, int Version, string Value)
    {
        public override string ToString() => $"{Name} version {Version}";
    }

    internal sealed record Certificate([property: System.Text.Json.Serialization.JsonPropertyName("certificate")] string Chain, Sensitive Key);
}
