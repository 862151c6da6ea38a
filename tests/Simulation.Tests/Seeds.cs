using System.Globalization;
using Xunit;

namespace Simulation.Tests;

/// <summary>The outcome of all seeds that this run of the tests looks at, simulated once.</summary>
public sealed class Seeds : IAsyncLifetime
{
    private IReadOnlyDictionary<int, Outcome> _outcomes = new Dictionary<int, Outcome>();

    /// <summary>How many seeds: 50, or what PORTAL_SEEDS says.</summary>
    public static int Count { get; } = int.Parse(Environment.GetEnvironmentVariable("PORTAL_SEEDS") ?? "50", CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() =>
        _outcomes = await SimulatorProcess.RunAsync([.. Enumerable.Range(1, Count).Concat(Regressions.Seeds.Keys).Distinct()]);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal Outcome Of(int seed) => _outcomes[seed];
}
