using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Core.Apps;
using Portal.Core.Members;

namespace Portal.Web.Endpoints;

/// <summary>What needs an account and no tenant.</summary>
internal static class AccountEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/me", (HttpContext context) => Me.Of(context.Actor())).WithName("GetMe").WithTags("Account").Produces<Me>().RequiresRight(Right.Account, ScopeLevel.Account);

        api.MapPost("/declarations/parse", (HttpContext context, IDeclarations declarations) =>
                RequestBody.WithTextAsync(context, (text, isJson) => Task.FromResult((isJson ? declarations.ParseJson(text) : declarations.ParseYaml(text)).Match(
                    declaration => Results.Text(declarations.ToJson(declaration), "application/json"), Problems.Of))))
            .WithName("ParseDeclaration").WithTags("Declarations").Accepts<AppDeclaration>("application/json", "application/yaml").Produces<AppDeclaration>()
            .RequiresRight(Right.Account, ScopeLevel.Account);

        api.MapGet("/search", (string? q, int? limit, HttpContext context, IAppSearch use) => Answers.Ok(use.FindAsync(context.Actor(), q ?? "", limit ?? 20, context.RequestAborted)))
            .WithName("SearchApps").WithTags("Apps").Produces<IReadOnlyList<AppHit>>().RequiresRight(Right.Account, ScopeLevel.Account);
    }

    /// <summary>Who acts.</summary>
    internal sealed record Me(Guid Id, string Email, IReadOnlyList<string> PlatformRoles)
    {
        public static Me Of(Actor actor) => new(
            actor.UserId, actor.Email, [.. Enum.GetValues<PlatformRoles>().Where(role => role != Core.Members.PlatformRoles.None && actor.PlatformRoles.HasFlag(role)).Select(role => role.ToString())]);
    }
}
