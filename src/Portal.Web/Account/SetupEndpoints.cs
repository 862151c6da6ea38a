using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Portal.Identity.Accounts;
using Portal.Identity.Server;
using Portal.Identity.Sessions;
using Portal.Identity.Setup;

namespace Portal.Web.Account;

/// <summary>First-time set-up: the page exists until the first platform administrator does.</summary>
internal static class SetupEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup(ConnectPaths.Setup).AllowAnonymous().ExcludeFromDescription();
        group.MapGet("", ShowAsync);
        group.MapPost("", RedeemAsync).AddEndpointFilter<AntiforgeryFilter>();
    }

    private static async Task<IResult> ShowAsync(HttpContext http, FirstSetup setup, IAntiforgery antiforgery, string? code) =>
        await setup.IsOpenAsync(http.RequestAborted)
            ? Form(http, antiforgery, StatusCodes.Status200OK, code, email: null, name: null, [])
            : Results.NotFound();

    private static async Task<IResult> RedeemAsync(HttpContext http, FirstSetup setup, SessionRegistry sessions, IAntiforgery antiforgery)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        string code = form["code"].ToString(), email = form["email"].ToString(), name = form["name"].ToString();
        var peer = http.Connection.RemoteIpAddress?.ToString();
        var outcome = await setup.RedeemAsync(code, new NewUser(email, form["password"].ToString(), name), peer, http.RequestAborted);
        if (outcome is null)
            return Results.NotFound();
        if (outcome.Value is not { } account)
            return Form(http, antiforgery, Status(outcome.Faults), code, email, name, outcome.Faults);

        var id = await sessions.OpenAsync(account.Id, http.Request.Headers.UserAgent.ToString(), peer, http.RequestAborted);
        if (id is { } session && await sessions.FindAsync(session, http.RequestAborted) is { } state)
            await SignInEndpoints.OpenAsync(http, state);
        return Results.LocalRedirect(ConnectPaths.Login);
    }

    private static int Status(IReadOnlyList<Fault> faults) => faults[0].Field switch
    {
        "limit" => StatusCodes.Status429TooManyRequests,
        "code" => StatusCodes.Status403Forbidden,
        _ => StatusCodes.Status422UnprocessableEntity,
    };

    private static RazorComponentResult Form(
        HttpContext http, IAntiforgery antiforgery, int status, string? code, string? email, string? name, IReadOnlyList<Fault> faults) =>
        Html.Show<SetupPage>(status, new()
        {
            [nameof(SetupPage.Token)] = FormToken.For(http, antiforgery),
            [nameof(SetupPage.Code)] = code,
            [nameof(SetupPage.Email)] = email,
            [nameof(SetupPage.Name)] = name,
            [nameof(SetupPage.Faults)] = faults,
        });
}
