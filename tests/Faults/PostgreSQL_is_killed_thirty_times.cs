using Integration.Tests.Storage.Histories;
using Xunit;

namespace Faults;

/// <summary>kill -9 of PostgreSQL with all its backends under three replicas with clients and watchers, and mixed faults over many seeds.</summary>
public sealed class PostgreSQL_is_killed_thirty_times
{
    [Fact]
    public async Task Nothing_acknowledged_is_lost_or_doubled_and_every_history_is_linearizable()
    {
        // Five histories of six kills: the checker's work grows faster than a history.
        for (var seed = 101; seed <= 105; seed++)
        {
            await using var cluster = await PostgresStores.CreateAsync(onlyKills: true);
            Accept(await Scenario.RunAsync(cluster, seed, faults: 6));
        }
    }

    [Fact]
    public async Task Thirty_histories_with_mixed_faults_keep_every_promise()
    {
        for (var seed = 201; seed <= 230; seed++)
        {
            await using var cluster = await PostgresStores.CreateAsync();
            Accept(await Scenario.RunAsync(cluster, seed, faults: 2, clients: 12, watchers: 8));
        }
    }

    private static void Accept(Evidence evidence)
    {
        var violations = evidence.Violations();
        Assert.True(violations.Count == 0, $"seed {evidence.Seed}, faults: {string.Join(", ", evidence.Faults)}: {string.Join("; ", violations.Take(10))}");
        TestContext.Current.SendDiagnosticMessage($"seed {evidence.Seed}: {evidence.Operations.Count} operations, {evidence.Log.Count} changes, faults: {string.Join(", ", evidence.Faults)}");
    }
}
