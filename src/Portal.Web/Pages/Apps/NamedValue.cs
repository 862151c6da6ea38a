namespace Portal.Web.Pages.Apps;

/// <summary>A row of a form: a name and, where there is one, its value.</summary>
public sealed class NamedValue
{
    public string Name { get; set; } = "";
    public string Value { get; set; } = "";
}
