using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Core.Members;
using Portal.Core.Tasks;

namespace Portal.Web.Endpoints;

/// <summary>One-off tasks of an app.</summary>
internal static class TaskEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var tasks = api.MapGroup("/teams/{team}/projects/{project}/environments/{environment}/apps/{app}/tasks").WithTags("Tasks");
        tasks.MapGet("", (HttpContext http, ITasks use) => Answers.Ok(use.ListAsync(http.Actor(), http.Scope(ScopeLevel.App), http.RequestAborted)))
            .WithName("ListTasks").Produces<IReadOnlyList<TaskView>>().RequiresRight(Right.AppView, ScopeLevel.App);
        tasks.MapPost("", (HttpContext http, ITasks use) => RequestBody.WithJsonAsync<NewTask>(http, body =>
                Answers.Accepted(use.RunAsync(http.Actor(), http.Scope(ScopeLevel.App), new([.. body.Command], body.Size, body.Timeout), http.RequestAborted))))
            .WithName("RunTask").Accepts<NewTask>("application/json").Produces<TaskView>(202).RequiresRight(Right.Exec, ScopeLevel.App);
        tasks.MapGet("/{task}", (string task, HttpContext http, ITasks use) => Answers.Ok(use.GetAsync(http.Actor(), http.Scope(ScopeLevel.App), task, http.RequestAborted)))
            .WithName("GetTask").Produces<TaskView>().RequiresRight(Right.AppView, ScopeLevel.App);
        tasks.MapDelete("/{task}", (string task, HttpContext http, ITasks use) => Answers.Ok(use.RemoveAsync(http.Actor(), http.Scope(ScopeLevel.App), task, http.RequestAborted)))
            .WithName("RemoveTask").Produces(204).RequiresRight(Right.Exec, ScopeLevel.App);
    }

    internal sealed record NewTask(string[] Command, string? Size = null, int? Timeout = null);
}
