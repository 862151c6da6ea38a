namespace Portal.Core.Apps.Documents;

/// <summary>A sequence.</summary>
internal sealed record ListNode(IReadOnlyList<DocumentNode> Items, int? Line) : DocumentNode(Line);
