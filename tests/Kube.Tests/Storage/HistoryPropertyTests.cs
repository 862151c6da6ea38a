using CsCheck;
using Kube.ApiServer.Storage;
using Xunit;

namespace Kube.Tests.Storage;

/// <summary>Any history of writes, against a model that keeps a copy of everything at every revision.</summary>
public sealed class HistoryPropertyTests
{
    private static readonly string[] Resources = ["configmaps", "pods"];

    [Fact]
    public async Task Reads_lists_at_any_revision_and_watches_from_any_revision_agree_with_a_simple_model()
    {
        var step = Gen.Select(Gen.Enum<WriteKind>(), Gen.Int[0, 1], Gen.Int[0, 2], Gen.Int[0, 5], Gen.Int[0, 3]);
        await Gen.Select(step.Array[1, 120], Gen.Int[1, 30], Gen.Int[0, 1000]).SampleAsync(
            async (steps, width, seed) =>
            {
                await using var store = new InMemoryObjectStore();
                var states = new List<SortedDictionary<(string, string, string), long>> { NewState() };
                for (var i = 0; i < steps.Length; i += width)
                {
                    // Handed over together, so that they meet in one batch; the queue keeps their order.
                    var group = steps.Skip(i).Take(width).Select(s =>
                    {
                        var key = new ObjectKey(Resources[s.Item2], "ns" + s.Item3, "n" + s.Item4);
                        var current = states[^1].GetValueOrDefault((key.Resource, key.Namespace, key.Name));
                        var expected = s.Item5 == 0 ? current + 1000 : current;
                        var write = s.Item1 switch
                        {
                            WriteKind.Create => Objects.Create(key),
                            WriteKind.Update => Objects.Update(key, expected),
                            _ => Objects.Delete(key, expected),
                        };
                        var outcome = Decide(states, s.Item1, key, expected);
                        return (Answer: store.WriteAsync(write, CancellationToken.None).AsTask(), outcome);
                    }).ToList();
                    foreach (var (answer, outcome) in group) Assert.Equal(outcome, (await answer).Outcome);
                }

                Assert.Equal(states.Count - 1, store.Revision);
                await CheckAsync(store, states, seed);
            },
            iter: 300,
            threads: 2);
    }

    private static WriteOutcome Decide(List<SortedDictionary<(string, string, string), long>> states, WriteKind kind, ObjectKey key, long expected)
    {
        var id = (key.Resource, key.Namespace, key.Name);
        var exists = states[^1].TryGetValue(id, out var current);
        if (kind == WriteKind.Create && exists) return WriteOutcome.AlreadyExists;
        if (kind != WriteKind.Create && !exists) return WriteOutcome.NotFound;
        if (kind != WriteKind.Create && current != expected) return WriteOutcome.Conflict;
        var next = NewState();
        foreach (var (k, v) in states[^1]) next[k] = v;
        if (kind == WriteKind.Delete) next.Remove(id);
        else next[id] = states.Count;
        states.Add(next);
        return WriteOutcome.Committed;
    }

    private static async Task CheckAsync(InMemoryObjectStore store, List<SortedDictionary<(string, string, string), long>> states, int seed)
    {
        var random = new Random(seed);
        for (var revision = 1; revision < states.Count; revision++)
        {
            foreach (var resource in Resources)
            {
                var expected = states[revision].Where(o => o.Key.Item1 == resource).Select(o => (o.Key.Item2, o.Key.Item3, o.Value)).ToList();
                var list = store.List(resource, null, revision);
                Assert.Equal(revision, list.Revision);
                Assert.Equal(expected, list.Items.Select(o => (o.Key.Namespace, o.Key.Name, o.Revision)));
                Assert.Equal(expected.Count, list.Count);
                var page = expected.Skip(random.Next(expected.Count + 1)).ToList();
                if (page.Count == 0) continue;
                var rest = store.List(resource, page[0].Item1, revision, (page[0].Item1, page[0].Item2));
                Assert.Equal(page.Skip(1).Where(o => o.Item1 == page[0].Item1), rest.Items.Select(o => (o.Key.Namespace, o.Key.Name, o.Revision)));
                Assert.Equal(rest.Items.Count(), rest.Count);
            }
        }

        foreach (var (id, revision) in states[^1]) Assert.Equal(revision, store.Get(new ObjectKey(id.Item1, id.Item2, id.Item3))!.Revision);
        var from = random.Next(states.Count);
        foreach (var resource in Resources)
        {
            // Replaying what a watch delivers over a list at its start gives the newest list.
            var replay = new Dictionary<ObjectKey, long>();
            foreach (var (id, revision) in states[from].Where(o => o.Key.Item1 == resource)) replay[new ObjectKey(id.Item1, id.Item2, id.Item3)] = revision;
            using var watch = store.Watch(resource, null, from);
            long last = from;
            foreach (var e in await watch.ReadAsync(TimeSpan.Zero, CancellationToken.None))
            {
                Assert.True(e.Revision > last, "events out of order");
                last = e.Revision;
                Assert.Equal(replay.GetValueOrDefault(e.Key), e.Previous?.Revision ?? 0);
                if (e.Object is null) replay.Remove(e.Key);
                else replay[e.Key] = e.Revision;
            }

            Assert.Equal(states.Count - 1, watch.Revision);
            Assert.Equal(store.List(resource, null).Items.Select(o => (o.Key, o.Revision)).ToHashSet(), replay.Select(o => (o.Key, o.Value)).ToHashSet());
        }
    }

    private static SortedDictionary<(string, string, string), long> NewState() => new(Comparer<(string, string, string)>.Create((a, b) =>
    {
        var order = string.CompareOrdinal(a.Item1, b.Item1);
        if (order == 0) order = string.CompareOrdinal(a.Item2, b.Item2);
        return order != 0 ? order : string.CompareOrdinal(a.Item3, b.Item3);
    }));
}
