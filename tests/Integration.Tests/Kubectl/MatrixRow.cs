namespace Integration.Tests.Kubectl;

/// <summary>One thing people do with kubectl.</summary>
/// <param name="Area">Heading in the table.</param>
/// <param name="Name">The command, as the table shows it.</param>
/// <param name="Check">Runs it and checks what it says and does; null for a row that is shown by another test.</param>
/// <param name="Elsewhere">Where it is shown instead.</param>
internal sealed record MatrixRow(string Area, string Name, Func<MatrixRun, Task>? Check, string Elsewhere = "")
{
    /// <summary>A discovery document and what it must name for the row to make sense: <c>/api/v1 serviceaccounts/token</c>; empty for nothing.</summary>
    public string Needs { get; init; } = "";
}
