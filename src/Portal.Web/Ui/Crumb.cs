namespace Portal.Web.Ui;

/// <summary>One place above the page.</summary>
/// <param name="Text">Its name.</param>
/// <param name="Href">Its address; null for the page itself.</param>
public sealed record Crumb(string Text, string? Href = null);
