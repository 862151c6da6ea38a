namespace Portal.Core.Nodes;

/// <summary>One condition that a node reports of itself.</summary>
/// <param name="Type">Such as <c>MemoryPressure</c>.</param>
/// <param name="Status"><c>True</c>, <c>False</c> or <c>Unknown</c>.</param>
/// <param name="Reason">The machine's word for why.</param>
/// <param name="Message">The sentence for people.</param>
/// <param name="Bad">Whether this status is a trouble: a pressure that is there, or readiness that is not.</param>
/// <param name="Since">Since when.</param>
public sealed record NodeCondition(string Type, string Status, string Reason, string Message, bool Bad, DateTimeOffset? Since);
