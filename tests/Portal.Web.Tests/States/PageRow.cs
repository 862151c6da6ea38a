using Bunit;
using Microsoft.AspNetCore.Components;

namespace Portal.Web.Tests.States;

/// <summary>How one page is shown in a test, and what is particular about it in each state.</summary>
internal sealed class PageRow
{
    /// <summary>Renders it in its ordinary place.</summary>
    public required Func<ConsoleContext, IRenderedComponent<IComponent>> Show { get; init; }

    /// <summary>Gives it something to show.</summary>
    public Action<ConsoleContext> Fill { get; init; } = _ => { };

    /// <summary>What it says before there is anything.</summary>
    public string? Empty { get; init; }

    /// <summary>Its address with a filter that hides everything; the filter is the word <c>zzzz</c>.</summary>
    public string? Filtered { get; init; }

    /// <summary>Loses the stream it follows.</summary>
    public Action<ConsoleContext>? Break { get; init; }

    /// <summary>The name of a control that a viewer may not use.</summary>
    public string? Forbidden { get; init; }

    /// <summary>Whether the whole page is closed to those without a role over the platform.</summary>
    public bool ForPlatformOnly { get; init; }

    /// <summary>States it cannot be in, each with the reason.</summary>
    public IReadOnlyDictionary<PageState, string> Without { get; init; } = new Dictionary<PageState, string>();
}
