using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Integration.Tests.ApiServer;
using Integration.Tests.Kubectl;
using Xunit;

namespace Integration.Tests.Conformance;

/// <summary>
/// What the cases share: a control plane on PostgreSQL with fake nodes, and the results, which are printed as a table when all have run.
/// These are our own tests under the suite's titles; they say what works here, not that the suite has been run.
/// </summary>
public sealed class ConformanceSuite : IAsyncLifetime
{
    private readonly ConcurrentDictionary<string, ConcurrentBag<TestResult>> _results = new(StringComparer.Ordinal);
    private readonly KubectlPlane _plane = new() { Published = true };
    private int _namespaces;

    /// <summary>The server.</summary>
    public ApiServerFixture Server => _plane.Plane.Server;

    /// <summary>The administrator.</summary>
    public ApiClient Api { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        await _plane.InitializeAsync();
        Api = new ApiClient(Server);
    }

    /// <summary>Makes a namespace that no other case uses.</summary>
    public async Task<string> NamespaceAsync()
    {
        var name = $"case-{Interlocked.Increment(ref _namespaces)}";
        await Api.CreateAsync("/api/v1/namespaces", new System.Text.Json.Nodes.JsonObject { ["metadata"] = new System.Text.Json.Nodes.JsonObject { ["name"] = name } });
        return name;
    }

    /// <summary>Takes down how a case ended.</summary>
    public void Record(string title, TestResult result) => _results.GetOrAdd(title, _ => []).Add(result);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        var table = Table();
        await File.WriteAllTextAsync(Path.Combine(Environment.GetEnvironmentVariable("PORTAL_RESULTS") ?? AppContext.BaseDirectory, "conformance.md"), table);
        await Console.Out.WriteLineAsync(table);
        Api.Dispose();
        await _plane.DisposeAsync();
    }

    private string Table()
    {
        var text = new StringBuilder("| title (own tests under the titles of Kubernetes 1.32's list) | result |\n| --- | --- |\n");
        var verdicts = ConformanceTitle.All.Select(t => (Title: t, Verdict: Verdict(t))).ToArray();
        foreach (var (title, verdict) in verdicts)
            text.AppendLine(CultureInfo.InvariantCulture, $"| {title.Name} | {verdict} |");
        text.AppendLine().Append("conformance titles: ");
        foreach (var group in verdicts.CountBy(v => v.Verdict.Split(':')[0]).OrderByDescending(g => g.Value))
            text.Append(CultureInfo.InvariantCulture, $"{group.Value} {group.Key}; ");
        return text.Append(CultureInfo.InvariantCulture, $"{verdicts.Length} in all").AppendLine().ToString();
    }

    private string Verdict(ConformanceTitle title)
    {
        if (!_results.TryGetValue(title.Name, out var results))
            return title.Needs.Length > 0 ? $"not applicable: needs {title.Needs}" : "not shown";
        if (results.Contains(TestResult.Failed))
            return "FAIL";
        return results.All(r => r == TestResult.Passed) ? "pass" : "not shown: not served yet";
    }
}
