using Integration.Tests.Storage.Histories;
using Xunit;

namespace Integration.Tests.Storage;

/// <summary>Histories of clients and watchers under random faults, judged by a linearizability checker and against the log. A failure names its seed.</summary>
public sealed class LinearizabilityTests
{
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public async Task Three_replicas_on_PostgreSQL_keep_every_promise_whatever_goes_wrong(int seed)
    {
        await using var cluster = await PostgresStores.CreateAsync();
        Accept(await Scenario.RunAsync(cluster, seed, faults: 3), least: 30);
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public async Task Stores_on_a_log_that_works_keep_every_promise(int seed)
    {
        await using var cluster = new SharedLogStores(LogFault.None);
        Accept(await Scenario.RunAsync(cluster, seed, faults: 3), least: 30);
    }

    [Theory]
    [InlineData(LogFault.SkippedFence)]
    [InlineData(LogFault.Gaps)]
    [InlineData(LogFault.EarlyAcknowledgement)]
    internal async Task A_log_with_a_fault_is_found_out(LogFault fault)
    {
        await using var cluster = new SharedLogStores(fault);
        var evidence = await Scenario.RunAsync(cluster, 31, faults: 3);
        Assert.NotEmpty(evidence.Violations());
    }

    [Fact]
    public void The_checker_knows_a_possible_history_from_an_impossible_one()
    {
        // A read that overlaps a write may see it or not.
        Assert.True(LinearizabilityChecker.IsLinearizable([Write(1, 0, 10), Read(1, 5, 6), Read(1, 11, 12)]));
        Assert.True(LinearizabilityChecker.IsLinearizable([Write(1, 0, 10), Read(0, 5, 6), Read(1, 11, 12)]));
        // A later read must, and nobody may see it and then not see it.
        Assert.False(LinearizabilityChecker.IsLinearizable([Write(1, 0, 10), Read(0, 11, 12)]));
        Assert.False(LinearizabilityChecker.IsLinearizable([Write(1, 0, 10), Read(1, 2, 3), Read(0, 4, 5)]));
        // What has no known result may have happened much later, or never.
        var unknown = Write(1, 0, long.MaxValue) with { Result = OperationResult.Unknown };
        Assert.True(LinearizabilityChecker.IsLinearizable([unknown, Read(0, 11, 12), Read(1, 20, 21)]));
        Assert.True(LinearizabilityChecker.IsLinearizable([unknown, Read(0, 11, 12)]));
        Assert.False(LinearizabilityChecker.IsLinearizable([unknown, Read(1, 11, 12), Read(0, 20, 21)]));
        // Two creates of one object cannot both succeed.
        Assert.False(LinearizabilityChecker.IsLinearizable([Write(1, 0, 10), Write(2, 5, 15)]));
    }

    private static Operation Write(long value, long from, long to) => new(1, OperationKind.Create, "k", value, 0, OperationResult.Done, value, from, to);

    private static Operation Read(long value, long from, long to) => new(2, OperationKind.Get, "k", value, 0, OperationResult.Done, value, from, to);

    private static void Accept(Evidence evidence, int least)
    {
        var violations = evidence.Violations();
        Assert.True(violations.Count == 0, $"seed {evidence.Seed}, faults: {string.Join(", ", evidence.Faults)}: {string.Join("; ", violations.Take(10))}");
        var done = evidence.Operations.Count(o => o.Kind != OperationKind.Get && o.Result == OperationResult.Done);
        Assert.True(done >= least, $"seed {evidence.Seed}: only {done} writes were acknowledged, too few to prove anything");
    }
}
