using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Core.Audit;
using Portal.Core.Members;

namespace Portal.Web.Endpoints;

/// <summary>The audit of a team: read, verify, export.</summary>
internal static class AuditEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var audit = api.MapGroup("/teams/{team}/audit").WithTags("Audit");
        audit.MapGet("", ListAsync).WithName("ListAudit").Produces<IReadOnlyList<AuditView>>().RequiresRight(Right.AuditRead, ScopeLevel.Team);
        audit.MapGet("/verification", (string team, HttpContext http, IAudit use) => Answers.Ok(use.VerifyAsync(http.Actor(), team, http.RequestAborted)))
            .WithName("VerifyAudit").Produces<AuditVerdict>().RequiresRight(Right.AuditRead, ScopeLevel.Team);
        audit.MapGet("/key", (IAudit use) => Results.Text(use.PublicKey, "application/x-pem-file"))
            .WithName("GetAuditKey").Produces<string>(200, "application/x-pem-file").RequiresRight(Right.AuditRead, ScopeLevel.Team);
        audit.MapGet("/export", ExportAsync).WithName("ExportAudit").Produces<string>(200, "application/x-ndjson").RequiresRight(Right.AuditRead, ScopeLevel.Team);
    }

    private static Task<IResult> ListAsync(
        string team, HttpContext http, IAudit use, int? limit, long? before, string? actor, string? action, string? target, AuditOutcome? outcome, DateTimeOffset? from, DateTimeOffset? to) =>
        Answers.Ok(use.ListAsync(
            http.Actor(), team,
            new() { Limit = limit ?? 100, Before = before, Actor = actor, Action = action, Target = target, Outcome = outcome, From = from, To = to },
            http.RequestAborted));

    private static async Task<IResult> ExportAsync(string team, HttpContext http, IAudit use)
    {
        var lines = await use.ExportAsync(http.Actor(), team, http.RequestAborted);
        if (!lines.IsOk) return Problems.Of(lines.Error);
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"audit-{team}.jsonl\"";
        return Results.Stream(async stream =>
        {
            await foreach (var line in lines.Value) await stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), http.RequestAborted);
        }, "application/x-ndjson");
    }
}
