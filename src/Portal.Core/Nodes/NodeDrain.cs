namespace Portal.Core.Nodes;

/// <summary>How the emptying of a node stands.</summary>
/// <param name="Since">When it was asked for.</param>
/// <param name="By">Who asked for it.</param>
/// <param name="Done">When nothing was left that moves; null while it goes on.</param>
/// <param name="Left">Pods that still have to go.</param>
/// <param name="Blocked">Why the last attempts were refused, such as a disruption budget; empty when none was.</param>
public sealed record NodeDrain(DateTimeOffset Since, string By, DateTimeOffset? Done, int Left, string Blocked);
