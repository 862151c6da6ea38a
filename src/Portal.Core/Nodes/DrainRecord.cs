namespace Portal.Core.Nodes;

/// <summary>What the annotation of a node says about its drain.</summary>
/// <param name="Since">When it was asked for.</param>
/// <param name="By">Who asked for it.</param>
/// <param name="Done">When nothing was left.</param>
/// <param name="Blocked">Why the last attempt was refused; empty when it was not.</param>
internal sealed record DrainRecord(DateTimeOffset Since, string By, DateTimeOffset? Done = null, string Blocked = "");
