namespace Portal.Core.Apps;

/// <summary>A declaration after a change, and the change in words.</summary>
internal sealed record ChangedDeclaration(AppDeclaration Declaration, string Reason);
