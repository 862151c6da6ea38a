using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using static Portal.Web.Language.Words;

namespace Portal.Web.Account;

/// <summary>Every form of these pages carries the antiforgery token; one without, or of another sign-in, changes nothing.</summary>
internal sealed class AntiforgeryFilter(IAntiforgery antiforgery) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (http.Request.HasFormContentType && await antiforgery.IsRequestValidAsync(http))
            return await next(context);
        return TooOld();
    }

    public static RazorComponentResult TooOld() => Html.Show<MessagePage>(StatusCodes.Status400BadRequest, new()
    {
        [nameof(MessagePage.Title)] = L("This form is too old"),
        [nameof(MessagePage.Text)] = L("You have signed in or out since it was opened. Go back, reload the page and send it again."),
        [nameof(MessagePage.Action)] = L("To the console"),
        [nameof(MessagePage.Href)] = "/",
    });
}
