namespace Integration.Tests.Kubectl;

/// <summary>What became of a row.</summary>
/// <param name="Row">The row.</param>
/// <param name="Verdict"><c>pass</c>, <c>FAIL</c>, <c>not yet</c> (what it needs is not served), or <c>elsewhere</c>.</param>
/// <param name="Detail">Why it failed, or where it is shown.</param>
/// <param name="Took">How long it took.</param>
internal sealed record MatrixResult(MatrixRow Row, string Verdict, string Detail, TimeSpan Took);
