namespace Portal.Core.Apps.Documents;

/// <summary>A node of a parsed document, whichever text form it came from.</summary>
/// <param name="Line">The one-based line it begins at, or null when there is no text.</param>
internal abstract record DocumentNode(int? Line);
