using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components;

namespace Portal.Web.Tests;

/// <summary>Finds controls by the names a person, or a screen reader, knows them by.</summary>
internal static class Finding
{
    public static IElement Button<T>(this IRenderedComponent<T> page, string name) where T : IComponent =>
        page.FindAll("button").FirstOrDefault(button => Name(button) == name) ?? throw new ElementNotFoundException($"button \"{name}\" among: {string.Join(", ", page.FindAll("button").Select(Name))}");

    public static IElement Link<T>(this IRenderedComponent<T> page, string name) where T : IComponent =>
        page.FindAll("a").FirstOrDefault(link => Name(link) == name) ?? throw new ElementNotFoundException($"link \"{name}\" among: {string.Join(", ", page.FindAll("a").Select(Name))}");

    /// <summary>A button or a link that looks like one.</summary>
    public static IElement Control<T>(this IRenderedComponent<T> page, string name) where T : IComponent =>
        page.FindAll("button, a").FirstOrDefault(control => Name(control) == name) ?? throw new ElementNotFoundException($"control \"{name}\" among: {string.Join(", ", page.FindAll("button, a").Select(Name))}");

    public static IElement Field<T>(this IRenderedComponent<T> page, string label) where T : IComponent
    {
        if (page.FindAll("input, select, textarea").FirstOrDefault(control => control.GetAttribute("aria-label") == label) is { } named) return named;
        var found = page.FindAll("label").FirstOrDefault(element => element.TextContent.Fold().Replace(" *", "", StringComparison.Ordinal) == label)
            ?? throw new ElementNotFoundException($"field \"{label}\" among: {string.Join(", ", page.FindAll("label").Select(element => element.TextContent.Trim()))}");
        return page.Find($"#{found.GetAttribute("for")}");
    }

    /// <summary>The texts that describe a field: its error and its help.</summary>
    public static string Described<T>(this IRenderedComponent<T> page, IElement control) where T : IComponent =>
        string.Join(' ', (control.GetAttribute("aria-describedby") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => page.Find($"#{id}").TextContent.Trim()));

    /// <summary>The text a reader sees, with white space folded.</summary>
    public static string Text<T>(this IRenderedComponent<T> page) where T : IComponent => string.Join(' ', page.Nodes.SelectMany(Words)).Fold();

    private static IEnumerable<string> Words(INode node) => node is IText text ? [text.Data] : node.ChildNodes.SelectMany(Words);

    public static string Fold(this string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static string Name(IElement element)
    {
        if (element.GetAttribute("aria-label") is { Length: > 0 } label) return label;
        return string.Concat(element.ChildNodes.Where(child => child is not IElement { ClassName: "portal-sr-only" }).Select(child => child.TextContent)).Fold();
    }
}
