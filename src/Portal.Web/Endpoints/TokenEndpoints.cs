using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Members;
using Portal.Core.Results;
using Portal.Identity.Tokens;

namespace Portal.Web.Endpoints;

/// <summary>The API tokens of the acting account. A token that is narrowed can neither make, see nor revoke any.</summary>
internal static class TokenEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var tokens = api.MapGroup("/tokens").WithTags("Tokens");
        tokens.MapGet("", (Delegate)ListAsync).WithName("ListTokens").Produces<IReadOnlyList<ApiTokenSummary>>().RequiresRight(Right.Account, ScopeLevel.Account);
        tokens.MapPost("", (HttpContext http, IAuthorizer authorizer) => RequestBody.WithJsonAsync<NewToken>(http, body => CreateAsync(http, body, authorizer)))
            .WithName("CreateToken").Accepts<NewToken>("application/json").Produces<Shown>(201).RequiresRight(Right.Account, ScopeLevel.Account);
        tokens.MapDelete("/{tokenId:guid}", RevokeAsync).WithName("RevokeToken").Produces(204).RequiresRight(Right.Account, ScopeLevel.Account);
    }

    private static IResult? Narrowed(HttpContext http) => http.Actor().Scope is null ? null : Problems.Of(Error.Forbidden("A token that is narrowed cannot see, make or revoke tokens."));

    private static async Task<IResult> ListAsync(HttpContext http)
    {
        if (Narrowed(http) is { } narrowed) return narrowed;
        var all = await http.RequestServices.GetRequiredService<ListApiTokens>().ExecuteAsync(http.Actor().UserId, http.RequestAborted);
        return Results.Ok(all.Where(token => token.RevokedAt is null));
    }

    private static async Task<IResult> RevokeAsync(Guid tokenId, HttpContext http)
    {
        if (Narrowed(http) is { } narrowed) return narrowed;
        var revoked = await http.RequestServices.GetRequiredService<RevokeApiToken>().ExecuteAsync(http.Actor().UserId, tokenId, http.RequestAborted);
        return revoked ? Results.NoContent() : Problems.Of(Error.NotFound("token"));
    }

    private static async Task<IResult> CreateAsync(HttpContext http, NewToken body, IAuthorizer authorizer)
    {
        if (Narrowed(http) is { } narrowed) return narrowed;
        var scope = TokenScope.Parse(body.Scope, body.Rights is null ? null : string.Join(',', body.Rights));
        if (!scope.IsOk) return Problems.Of(scope.Error);
        // A place the account cannot see is no place to narrow a token to.
        if (scope.Value?.Place is { } place && await authorizer.AuthorizeAsync(http.Actor(), Right.AppView, place, http.RequestAborted) is { IsOk: false, Error: { } unseen })
            return Problems.Of(unseen.Kind == ErrorKind.NotFound ? Error.Invalid("scope", unseen.Message) : unseen);
        var made = await http.RequestServices.GetRequiredService<CreateApiToken>().ExecuteAsync(
            http.Actor().UserId, body.Name, body.Days is { } days ? TimeSpan.FromDays(days) : null, http.RequestAborted, scope.Value?.PlaceText, scope.Value?.RightsText);
        return made.Value is { } token
            ? Results.Created($"/api/v1/tokens/{token.Summary.Id}", new Shown(token.Token, token.Summary))
            : Problems.Of(Error.Invalid(made.Faults.Select(fault => new FieldError(fault.Field == "lifetime" ? "days" : fault.Field, fault.Message))));
    }

    internal sealed record NewToken(string Name, int? Days = null, string? Scope = null, string[]? Rights = null);

    /// <summary>The one answer that carries the token.</summary>
    internal sealed record Shown(string Token, ApiTokenSummary Summary);
}
