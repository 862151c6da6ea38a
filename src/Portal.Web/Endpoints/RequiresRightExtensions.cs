using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Members;
using Portal.Core.Releases;
using Portal.Core.Results;
using Portal.Web.Live;

namespace Portal.Web.Endpoints;

/// <summary>Declares and enforces what an endpoint demands.</summary>
internal static class RequiresRightExtensions
{
    /// <summary>The endpoint demands a right at a level of the tree, whose names it takes from the route. A route that lacks one fails at start.</summary>
    public static RouteHandlerBuilder RequiresRight(this RouteHandlerBuilder builder, Right right, ScopeLevel level)
    {
        var requirement = new RightRequirement(right, level);
        builder.WithMetadata(requirement);
        builder.Add(endpoint => Check((RouteEndpointBuilder)endpoint, requirement));
        builder.AddEndpointFilter(async (context, next) => await DenialAsync(context.HttpContext, requirement) ?? await next(context));
        return builder;
    }

    /// <summary>The scope that the request's route names, as far as the level goes.</summary>
    public static ScopeRef Scope(this HttpContext context, ScopeLevel level)
    {
        var names = RightRequirement.RouteNames.Take((int)level)
            .Select(name => context.GetRouteValue(name) as string ?? throw new InvalidOperationException($"The route {context.GetEndpoint()} has no {{{name}}}."))
            .ToArray();
        return new(names[0], names.ElementAtOrDefault(1), names.ElementAtOrDefault(2), names.ElementAtOrDefault(3));
    }

    /// <summary>Who acts. Only behind <see cref="RequiresRight"/>, which has made sure that there is somebody.</summary>
    public static Actor Actor(this HttpContext context) =>
        (CurrentActor.From(context.User) ?? throw new InvalidOperationException("The endpoint was reached without an actor.")) with
        {
            Via = context.Request.Headers.UserAgent.ToString().StartsWith("portal-cli", StringComparison.Ordinal) ? ReleaseTrigger.Cli : ReleaseTrigger.Api,
        };

    private static async Task<IResult?> DenialAsync(HttpContext context, RightRequirement requirement)
    {
        if (CurrentActor.From(context.User) is not { } actor) return Problems.Unauthorized();
        if (requirement.Level == ScopeLevel.Platform) return PlatformTable.Allows(actor, requirement.Right) ? null : Problems.Of(Error.Forbidden(PlatformTable.Denial(requirement.Right)));
        if (requirement.Level == ScopeLevel.Account) return requirement.Right == Right.Account ? null : throw new InvalidOperationException($"{requirement.Right} needs a tenant.");
        var decision = await context.RequestServices.GetRequiredService<IAuthorizer>()
            .AuthorizeAsync(actor, requirement.Right, context.Scope(requirement.Level), context.RequestAborted);
        return decision.IsOk ? null : Problems.Of(decision.Error);
    }

    private static void Check(RouteEndpointBuilder endpoint, RightRequirement requirement)
    {
        var given = endpoint.RoutePattern.Parameters.Select(parameter => parameter.Name).ToHashSet(StringComparer.Ordinal);
        if (requirement.Needed.FirstOrDefault(name => !given.Contains(name)) is { } missing)
            throw new InvalidOperationException($"The route {endpoint.RoutePattern.RawText} demands {requirement.Right} at {requirement.Level} but has no {{{missing}}}.");
    }
}
