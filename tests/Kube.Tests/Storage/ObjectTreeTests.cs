using CsCheck;
using Kube.ApiServer.Storage;
using Kube.Machinery.Selectors;
using Xunit;

namespace Kube.Tests.Storage;

public sealed class ObjectTreeTests
{
    [Fact]
    public void A_tree_equals_a_sorted_map_after_any_changes_and_old_trees_never_change()
    {
        var change = Gen.Select(Gen.Int[0, 4], Gen.Int[0, 600], Gen.Int[0, 9]);
        change.Array[0, 3000].Sample(
            changes =>
            {
                var model = new SortedDictionary<(string, string), StoredObject>(Comparer<(string Ns, string Name)>.Create(Order));
                var tree = ObjectTree.Empty;
                var snapshots = new List<(ObjectTree Tree, StoredObject[] Expected)>();
                for (var i = 0; i < changes.Length; i += 40)
                {
                    var builder = tree.ToBuilder();
                    foreach (var (ns, name, kind) in changes.Skip(i).Take(40))
                    {
                        var key = Objects.Key($"n{name}", $"ns{ns}");
                        // Phases of mostly removing empty whole nodes; phases of mostly adding split them.
                        if (kind < (i / 400 % 2 == 0 ? 2 : 8))
                        {
                            builder.Remove(key.Namespace, key.Name);
                            model.Remove((key.Namespace, key.Name));
                        }
                        else
                        {
                            var stored = new StoredObject(key, i, 1, default, new Dictionary<string, string>());
                            builder.Set(stored);
                            model[(key.Namespace, key.Name)] = stored;
                        }
                    }

                    tree = builder.ToTree();
                    if (i % 400 == 0) snapshots.Add((tree, [.. model.Values]));
                }

                snapshots.Add((tree, [.. model.Values]));
                foreach (var (snapshot, expected) in snapshots)
                {
                    Assert.Equal(expected, snapshot.Range(0, snapshot.Count));
                    Assert.Equal(expected.Length, snapshot.Count);
                }

                for (var i = 0; i < snapshots[^1].Expected.Length; i += 7)
                {
                    var stored = snapshots[^1].Expected[i];
                    Assert.Same(stored, tree.Find(stored.Key.Namespace, stored.Key.Name));
                    Assert.Equal(i, tree.Rank(stored.Key.Namespace, stored.Key.Name));
                    Assert.Equal(snapshots[^1].Expected.Skip(i).Take(100), tree.Range(i, 100));
                }
            },
            iter: 60);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(48)]
    [InlineData(49)]
    [InlineData(10_000)]
    public void A_tree_built_from_a_sorted_list_holds_it_and_takes_changes(int count)
    {
        var objects = Enumerable.Range(0, count).Select(i => new StoredObject(Objects.Key($"n{i:00000}"), i + 1, 1, default, new Dictionary<string, string>())).ToList();
        var tree = ObjectTree.FromSorted(objects);
        Assert.Equal(objects, tree.Range(0, count));
        var builder = tree.ToBuilder();
        for (var i = 0; i < count; i += 2) builder.Remove("a", $"n{i:00000}");
        Assert.Equal(objects.Where((_, i) => i % 2 == 1), builder.ToTree().Range(0, count));
        Assert.Equal(count, tree.Count);
    }

    [Fact]
    public void A_list_by_labels_passes_over_branches_and_loses_nothing()
    {
        var random = new Random(7);
        var objects = Enumerable.Range(0, 5_000).Select(i => new StoredObject(Objects.Key($"n{i:00000}"), i + 1, 1, default, new Dictionary<string, string>
        {
            ["app"] = "a" + (i / 100),
            [random.Next(2) == 0 ? "left" : "right"] = "v" + random.Next(3),
        })).ToList();
        var built = ObjectTree.FromSorted(objects);
        var grown = ObjectTree.Empty.ToBuilder();
        foreach (var item in objects.OrderBy(_ => random.Next())) grown.Set(item);
        foreach (var tree in (ObjectTree[])[built, grown.ToTree()])
        {
            foreach (var text in (string[])["app=a17", "app in (a3,a44),left", "right=v1,app!=a2", "!left", "app=none", "left,right", "app>3", ""])
            {
                var selector = LabelSelector.Parse(text);
                var expected = objects.Where(o => selector.Matches(o.Labels)).ToList();
                Assert.Equal(expected, tree.Range(0, tree.Count, LabelDigest.Wanted(selector)).Where(o => selector.Matches(o.Labels)));
                Assert.Equal(expected.Where(o => o.Revision is > 1234 and <= 3234), tree.Range(1234, 2000, LabelDigest.Wanted(selector)).Where(o => selector.Matches(o.Labels)));
            }

            // A digest may be wrong about one value, and hashes differ from run to run; about twenty it is not.
            Assert.True(Enumerable.Range(0, 20).Sum(i => tree.Range(0, tree.Count, LabelDigest.Wanted(LabelSelector.Parse($"app=none{i}"))).Count()) < 20 * tree.Count / 2);
        }
    }

    private static int Order((string Ns, string Name) a, (string Ns, string Name) b)
    {
        var order = string.CompareOrdinal(a.Ns, b.Ns);
        return order != 0 ? order : string.CompareOrdinal(a.Name, b.Name);
    }
}
