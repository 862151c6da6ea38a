using Bunit;
using Microsoft.AspNetCore.Components;
using Portal.Web.Tests;

namespace Integration.Tests.Pages;

/// <summary>What people do on pages, by the names they see; each ends when the handler has.</summary>
internal static class Acting
{
    public static Task PressAsync(this IRenderedComponent<IComponent> page, string button) => page.Button(button).ClickAsync(new());

    public static Task FillAsync(this IRenderedComponent<IComponent> page, string field, string value) => page.Field(field).ChangeAsync(new() { Value = value });

    /// <summary>Types key by key, for fields that listen to each.</summary>
    public static Task TypeAsync(this IRenderedComponent<IComponent> page, string field, string value) => page.Field(field).InputAsync(new() { Value = value });

    /// <summary>Sends the form of a button as Enter in one of its fields does, which no disabled button stops.</summary>
    public static Task SendAsync(this IRenderedComponent<IComponent> page, string button)
    {
        var submit = page.Button(button);
        var form = submit.GetAttribute("form") is { } id ? page.Find($"#{id}") : submit.Closest("form")!;
        return form.SubmitAsync();
    }
}
