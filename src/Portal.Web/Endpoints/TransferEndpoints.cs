using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Core.Apps;
using Portal.Core.Members;
using Portal.Core.Transfers;

namespace Portal.Web.Endpoints;

/// <summary>A project as a file, out and in.</summary>
internal static class TransferEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var team = api.MapGroup("/teams/{team}").WithTags("Projects");
        team.MapGet("/projects/{project}/export", ExportAsync).WithName("ExportProject").Produces<string>(200, "application/yaml").RequiresRight(Right.AppView, ScopeLevel.Project);
        team.MapPost("/import/plan", (string team, HttpContext http, ITransfers use) => RequestBody.WithJsonAsync<Import>(http, body =>
                Answers.Ok(use.PlanAsync(http.Actor(), team, body.Order(), http.RequestAborted))))
            .WithName("PlanImport").Accepts<Import>("application/json").Produces<ImportView>().RequiresRight(Right.ProjectManage, ScopeLevel.Team);
        team.MapPost("/import", (string team, HttpContext http, ITransfers use) => RequestBody.WithJsonAsync<Import>(http, body =>
                Answers.Ok(use.ImportAsync(http.Actor(), team, body.Order(), body.PlanId, http.RequestAborted))))
            .WithName("ImportProject").Accepts<Import>("application/json").Produces<ImportView>().RequiresRight(Right.ProjectManage, ScopeLevel.Team);
    }

    private static async Task<IResult> ExportAsync(string team, string project, HttpContext http, ITransfers use, bool members = false)
    {
        var file = await use.ExportAsync(http.Actor(), team, project, members, http.RequestAborted);
        return file.Match(text => Results.File(System.Text.Encoding.UTF8.GetBytes(text), "application/yaml", $"{project}.yaml"), Problems.Of);
    }

    internal sealed record Import(string File, string? Project = null, IReadOnlyDictionary<string, Sensitive>? Secrets = null, bool WithoutDomains = false, string? PlanId = null)
    {
        public ImportOrder Order() => new(File) { Project = Project, Secrets = Secrets ?? new Dictionary<string, Sensitive>(), WithoutDomains = WithoutDomains };
    }
}
