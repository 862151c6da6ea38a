using Xunit;

namespace Simulation.Tests;

/// <summary>The real control plane in a simulated world, seed by seed: see Workload/Scenario.cs for what happens in one, and Checks for what is promised.</summary>
public sealed class The_control_plane_keeps_its_promises(Seeds seeds) : IClassFixture<Seeds>
{
    public static TheoryData<int> All => [.. Enumerable.Range(1, Seeds.Count)];

    public static TheoryData<int, string> Kept
    {
        get
        {
            var data = new TheoryData<int, string>();
            foreach (var (seed, why) in Regressions.Seeds)
            {
                data.Add(seed, why);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Whatever_goes_wrong(int seed) => Kept_by(seed);

    [Theory]
    [MemberData(nameof(Kept))]
    public void Where_it_once_did_not(int seed, string why)
    {
        Assert.NotEmpty(why);
        Kept_by(seed);
    }

    [Fact]
    public async Task A_seed_replays_to_the_last_byte_in_another_process()
    {
        var again = await SimulatorProcess.RunAsync([7]);
        Assert.Equal(seeds.Of(7).Hash, again[7].Hash);
        Assert.NotEqual(seeds.Of(7).Hash, seeds.Of(8).Hash);
    }

    private void Kept_by(int seed)
    {
        var outcome = seeds.Of(seed);
        Assert.True(outcome.Kept, $"Replay it with its trace: tests/run seed {seed}\n{outcome.Text}");
    }
}
