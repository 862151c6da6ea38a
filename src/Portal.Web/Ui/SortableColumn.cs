using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.QuickGrid;
using Microsoft.AspNetCore.Components.Web;

namespace Portal.Web.Ui;

/// <summary>
/// A column whose sorting is part of the address (<c>?sort=name</c>, <c>?sort=-name</c> for descending), so that a reload, a bookmark and the way back keep it.
/// </summary>
/// <typeparam name="TGridItem">The row.</typeparam>
public sealed class SortableColumn<TGridItem> : TemplateColumn<TGridItem>
{
    /// <summary>The column's name in the address.</summary>
    [Parameter, EditorRequired] public string Key { get; set; } = "";

    [Inject] public required NavigationManager Navigation { get; init; }

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        base.OnInitialized();
        HeaderTemplate = _ => builder =>
        {
            builder.OpenElement(0, "button");
            builder.AddAttribute(1, "type", "button");
            builder.AddAttribute(2, "class", "col-title");
            builder.AddAttribute(3, "onclick", EventCallback.Factory.Create<MouseEventArgs>(this, SortAsync));
            builder.OpenElement(4, "span");
            builder.AddAttribute(5, "class", "col-title-text");
            builder.AddContent(6, Title);
            builder.CloseElement();
            builder.OpenElement(7, "span");
            builder.AddAttribute(8, "class", "sort-indicator");
            builder.AddAttribute(9, "aria-hidden", "true");
            builder.CloseElement();
            builder.CloseElement();
        };
        var (key, descending) = Asked();
        if (key != Key) return;
        IsDefaultSortColumn = true;
        InitialSortDirection = descending ? SortDirection.Descending : SortDirection.Ascending;
    }

    private (string? Key, bool Descending) Asked()
    {
        var query = System.Web.HttpUtility.ParseQueryString(new Uri(Navigation.Uri).Query)["sort"];
        return query is ['-', .. var rest] ? (rest, true) : (query, false);
    }

    private async Task SortAsync()
    {
        var (key, descending) = Asked();
        var down = key == Key && !descending;
        await Grid.SortByColumnAsync(this, down ? SortDirection.Descending : SortDirection.Ascending);
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("sort", down ? $"-{Key}" : Key), replace: true);
    }
}
