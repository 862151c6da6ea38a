using Microsoft.AspNetCore.Http;
using Portal.Core.Results;

namespace Portal.Web.Endpoints;

/// <summary>Results of use cases as HTTP answers.</summary>
internal static class Answers
{
    public static async Task<IResult> Ok<T>(Task<Result<T>> work) => (await work).Match(value => value is Unit ? Results.NoContent() : Results.Ok(value), Problems.Of);

    public static async Task<IResult> Created<T>(Task<Result<T>> work, Func<T, string> address) => (await work).Match(value => Results.Created(address(value), value), Problems.Of);

    /// <summary>What was asked for is stored and happens in the background.</summary>
    public static async Task<IResult> Accepted<T>(Task<Result<T>> work) => (await work).Match(value => value is Unit ? Results.Accepted() : Results.Accepted(null, value), Problems.Of);
}
