namespace Portal.Core.Apps.Documents;

/// <summary>One key of a mapping and its value.</summary>
internal sealed record MapEntry(string Key, int? Line, DocumentNode Value);
