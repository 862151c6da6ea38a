namespace Portal.Web.Pages.Apps;

/// <summary>A tab of the page of an app.</summary>
/// <param name="Name">Its part of the address.</param>
/// <param name="Text">Its word in the reader's language.</param>
/// <param name="Component">What it shows: a component that derives from <see cref="AppTab"/>.</param>
internal sealed record AppTabEntry(string Name, string Text, Type Component);
