namespace Portal.Core.Apps.Documents;

/// <summary>A mapping in the order of the text; duplicate keys were reported when it was read and only the first is kept.</summary>
internal sealed record MapNode(IReadOnlyList<MapEntry> Entries, int? Line) : DocumentNode(Line);
