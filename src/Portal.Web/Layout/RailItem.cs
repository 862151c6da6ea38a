using Portal.Web.Live;
using Portal.Web.Ui;

namespace Portal.Web.Layout;

/// <summary>One link of the rail.</summary>
/// <param name="Section">The section of <see cref="ConsoleLocation"/> it stands for, such as <c>apps</c>; pages below it (<c>apps/new</c>) count as it.</param>
/// <param name="Icon">Its icon.</param>
/// <param name="Text">Its word in the reader's language.</param>
/// <param name="Href">Its address.</param>
/// <param name="Key">The letter that goes there after <c>g</c>; null for none. A letter stands for one item at a time.</param>
internal sealed record RailItem(string Section, IconName Icon, string Text, string Href, char? Key = null)
{
    /// <summary>Whether the location is this item's page or one below it.</summary>
    public bool Holds(string section) => section == Section || (Section.Length > 0 && section.StartsWith(Section + "/", StringComparison.Ordinal));
}
