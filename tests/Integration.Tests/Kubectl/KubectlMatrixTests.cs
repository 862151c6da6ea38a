using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Xunit;

namespace Integration.Tests.Kubectl;

/// <summary>The kubectl matrix: every row with the real kubectl against the server on real PostgreSQL. Prints one table and attaches it to the report.</summary>
public sealed class KubectlMatrixTests(KubectlPlane plane, ITestOutputHelper output) : IClassFixture<KubectlPlane>
{
    private static readonly MatrixRow[] Rows = [.. CreateRows.All, .. ApplyRows.All, .. ChangeRows.All, .. ReadRows.All, .. DeleteRows.All, .. ClusterRows.All, .. Elsewhere()];

    [Fact]
    public async Task Every_row_does_what_kubernetes_does()
    {
        // PORTAL_MATRIX=create runs the rows whose name or area holds the word.
        var only = Environment.GetEnvironmentVariable("PORTAL_MATRIX") ?? "";
        var chosen = Rows.Index().Where(r => $"{r.Item.Area} {r.Item.Name}".Contains(only, StringComparison.OrdinalIgnoreCase)).ToArray();
        var results = new ConcurrentDictionary<int, MatrixResult>();
        await Parallel.ForEachAsync(
            chosen,
            new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = TestContext.Current.CancellationToken },
            async (row, _) => results[row.Index] = await RunAsync(row.Item, row.Index));
        var table = Table([.. results.OrderBy(r => r.Key).Select(r => r.Value)]);
        output.WriteLine(table);
        TestContext.Current.AddAttachment("kubectl-matrix.md", table);
        TestContext.Current.SendDiagnosticMessage(table);
        var failed = results.Values.Where(r => r.Verdict == "FAIL").Select(r => $"{r.Row.Name}: {r.Detail}").ToArray();
        Assert.True(failed.Length == 0, $"{failed.Length} rows failed:\n{string.Join('\n', failed)}");
    }

    private static IEnumerable<MatrixRow> Elsewhere() =>
        ((string[])["exec", "attach", "cp", "port-forward", "logs -f", "debug (ephemeral containers)", "top pods", "top nodes"])
        .Select(name => new MatrixRow("needs a node", name, null, "whole-instance tests: these need a real node"));

    private static string Table(IReadOnlyList<MatrixResult> results)
    {
        var text = new StringBuilder("| area | kubectl | result | ms | |\n| --- | --- | --- | --- | --- |\n");
        foreach (var r in results)
            text.AppendLine(CultureInfo.InvariantCulture, $"| {r.Row.Area} | {r.Row.Name.Replace("|", "\\|", StringComparison.Ordinal)} | {r.Verdict} | {r.Took.TotalMilliseconds:0} | {OneLine(r.Detail)} |");
        foreach (var verdict in results.CountBy(r => r.Verdict).OrderBy(c => c.Key, StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"{verdict.Value} {verdict.Key}; ");
        return text.Append(CultureInfo.InvariantCulture, $"{results.Count} rows").ToString();
    }

    private static string OneLine(string text)
    {
        var line = text.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal);
        return line.Length > 300 ? line[..300] : line;
    }

    private async Task<MatrixResult> RunAsync(MatrixRow row, int number)
    {
        if (row.Check is null)
            return new MatrixResult(row, "elsewhere", row.Elsewhere, TimeSpan.Zero);
        var clock = Stopwatch.StartNew();
        var run = new MatrixRun(plane.Plane.Server, number);
        try
        {
            if (row.Needs.Split(' ') is [var document, var resource])
            {
                var served = await run.RunAsync(null, $"get --raw {document}");
                if (!served.Output.Contains(resource, StringComparison.Ordinal))
                    return new MatrixResult(row, "not yet", $"{document} has no {resource}", TimeSpan.Zero);
            }

            await run.Ok($"create namespace {run.Namespace}");
            clock.Restart();
            await row.Check(run);
            return new MatrixResult(row, "pass", "", clock.Elapsed);
        }
        catch (Exception e)
        {
            // Whatever a row dies of is its result; the table has room for all of them.
            return new MatrixResult(row, "FAIL", e.Message, clock.Elapsed);
        }
    }
}
