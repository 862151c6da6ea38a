using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Portal.Web.Account;

/// <summary>Answers with a component rendered to plain HTML.</summary>
internal static class Html
{
    public static RazorComponentResult Show<TPage>(int status, Dictionary<string, object?> parameters)
        where TPage : IComponent => new(typeof(TPage), parameters) { StatusCode = status, PreventStreamingRendering = true };
}
