namespace Portal.Core.Nodes;

/// <summary>What keeps instances off a node.</summary>
/// <param name="Key">Its key, such as <c>example.com/gpu</c>.</param>
/// <param name="Value">Its value; empty for none.</param>
/// <param name="Effect"><c>NoSchedule</c>, <c>PreferNoSchedule</c> or <c>NoExecute</c>.</param>
public sealed record NodeTaint(string Key, string Value, string Effect);
