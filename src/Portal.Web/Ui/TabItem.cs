namespace Portal.Web.Ui;

/// <summary>A tab that is a link: it has an address, opens in a new window, and survives a reload.</summary>
/// <param name="Text">The tab's word.</param>
/// <param name="Href">Where it leads.</param>
/// <param name="Current">Whether it is the page shown.</param>
/// <param name="Count">A number beside the word; null for none.</param>
public sealed record TabItem(string Text, string Href, bool Current, int? Count = null);
