using Testing;
using Xunit;

namespace Faults;

/// <summary>
/// A node with a stateful pod is lost in every way, for times that lie before and behind every limit, and comes back; however it goes, the pod never runs in two places at
/// once, and in the end it runs.
/// </summary>
public sealed class Stateful_pods_never_run_twice : IAsyncLifetime
{
    private const string Namespace = "fenced";
    private const int Rounds = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly PortalInstance _portal = new("fenced");

    public async ValueTask InitializeAsync() => await _portal.StartAsync();

    public async ValueTask DisposeAsync() => await _portal.DisposeAsync();

    [Fact]
    public async Task Whatever_happens_to_their_node()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        await using var second = await SecondNode.JoinAsync(_portal);
        await using var view = await ClusterView.OpenAsync(_portal);
        await using var lives = new LifeSpans(Namespace, HomeWorkloads.Database, Path.Combine(_portal.Data, "agent"), second.Data);
        await HomeWorkloads.DeclareAsync(_portal, Namespace, webs: 1);
        var kinds = Enum.GetValues<LossKind>();
        var history = new List<string>();
        for (var round = 0; round < Rounds; round++)
        {
            await HomeWorkloads.PlaceAsync(_portal, view, Namespace, webs: 1);
            var kind = kinds[round % kinds.Length];
            var away = TimeSpan.FromSeconds(1 + (random.NextDouble() * 24));
            history.Add($"{kind} for {away.TotalSeconds:0.0} s");
            await second.LoseAsync(kind);
            await Task.Delay(away, TimeProvider.System);
            await second.ReturnAsync(kind);
            await view.RequireAsync($"the node back and the pod Ready (seed {seed}: {string.Join(", ", history)})", () => view.IsReady(SecondNode.Name) && view.Running(Namespace, ready: true).Any(p => p.Metadata.Name == HomeWorkloads.Database), Patience);
        }

        Assert.True(lives.Count > Rounds / 2, $"only {lives.Count} containers were seen");
        Assert.True(lives.Overlaps().Count == 0, $"seed {seed}: {string.Join(", ", history)}\n{string.Join('\n', lives.Overlaps())}");
        TestContext.Current.SendDiagnosticMessage("seed {0}: {1}; {2} containers, never two at once", seed, string.Join(", ", history), lives.Count);
    }
}
