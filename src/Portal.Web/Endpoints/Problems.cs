using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Portal.Core.Results;

namespace Portal.Web.Endpoints;

/// <summary>Errors as RFC 9457 problem details; faults by field stand in <c>errors</c> as <c>{path, message, line}</c>.</summary>
internal static class Problems
{
    public static IResult Of(Error error)
    {
        var (status, title) = error.Kind switch
        {
            ErrorKind.NotFound => (StatusCodes.Status404NotFound, "Not found"),
            ErrorKind.Forbidden => (StatusCodes.Status403Forbidden, "Forbidden"),
            ErrorKind.Invalid => (StatusCodes.Status422UnprocessableEntity, "Invalid input"),
            ErrorKind.Conflict => (StatusCodes.Status409Conflict, "Conflict"),
            ErrorKind.QuotaExceeded => (StatusCodes.Status403Forbidden, "Quota exceeded"),
            ErrorKind.Unavailable => (StatusCodes.Status503ServiceUnavailable, "Unavailable"),
            _ => throw new InvalidOperationException($"There is no such kind of error: {error.Kind}."),
        };
        return Problem(status, title, error.Message, error.Fields.IsDefaultOrEmpty ? null : [.. error.Fields]);
    }

    public static IResult Unauthorized() => Problem(StatusCodes.Status401Unauthorized, "Sign in first", "The request carries no valid session and no valid token.");

    public static IResult TooLarge(int bytes) => Problem(StatusCodes.Status413PayloadTooLarge, "Too large", $"The body is larger than {bytes} bytes, which is the most that is accepted here.");

    public static IResult MediaType(string accepted) => Problem(StatusCodes.Status415UnsupportedMediaType, "Unsupported media type", $"The body must be {accepted}.");

    private static IResult Problem(int status, string title, string detail, FieldError[]? errors = null)
    {
        var problem = new ProblemDetails { Status = status, Title = title, Detail = detail, Type = "about:blank" };
        if (errors is not null) problem.Extensions["errors"] = errors;
        return Results.Problem(problem);
    }
}
