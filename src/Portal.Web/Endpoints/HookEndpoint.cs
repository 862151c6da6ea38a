using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Core.Deliveries;

namespace Portal.Web.Endpoints;

/// <summary>Where deliveries come in. The signature over the raw bytes is the only credential, hence anonymous.</summary>
internal static class HookEndpoint
{
    public static void Map(IEndpointRouteBuilder endpoints) => endpoints
        .MapPost("/hooks/{endpointId}", ReceiveAsync).WithName("ReceiveDelivery").AllowAnonymous().DisableAntiforgery();

    private static async Task<IResult> ReceiveAsync(string endpointId, HttpContext http, IDeliveryReceiver receiver)
    {
        var verdict = await RequestBody.BytesAsync(http.Request, receiver.MaxBytes) is { } body
            ? await receiver.ReceiveAsync(new(endpointId, Header(http, "webhook-id"), Header(http, "webhook-timestamp"), Header(http, "webhook-signature"), http.Request.ContentType, body), http.RequestAborted)
            : new DeliveryVerdict(StatusCodes.Status413PayloadTooLarge, null, "refused", $"The body is larger than {receiver.MaxBytes} bytes.");
        if (verdict.Status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests) http.Response.Headers.RetryAfter = "5";
        return Results.Json(new { delivery = verdict.Delivery, verdict = verdict.Verdict, reason = verdict.Reason }, statusCode: verdict.Status);
    }

    // A header given twice is ambiguous and counts as missing.
    private static string? Header(HttpContext http, string name) => http.Request.Headers[name] is [{ } value] ? value : null;
}
