namespace Portal.Core.Apps.Documents;

/// <summary>A known key of a mapping.</summary>
internal sealed record Field(string Name, Rule Rule, bool Required = false);
