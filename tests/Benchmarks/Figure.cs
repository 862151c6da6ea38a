namespace Benchmarks;

/// <summary>One row of the table of figures.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Value">The value with its unit.</param>
/// <param name="Target">What it should reach, or an empty string.</param>
internal sealed record Figure(string Name, string Value, string Target);
