namespace Kube.ApiServer.Storage;

/// <summary>
/// Reads a resource at an older revision, for continue tokens and exact lists: the present tree with the ring's later events undone.
/// A tree shares nearly all of itself with the present one, so undoing a few events is cheap; the last few results are kept for the next page.
/// </summary>
internal sealed class HeadHistory
{
    private const int Kept = 64;

    private readonly Lock _lock = new();
    private readonly LinkedList<(string Resource, long Revision, ObjectTree Tree)> _recent = new();

    /// <summary>The tree at a revision that was asked for before, or null.</summary>
    /// <param name="resource">See <see cref="ObjectKey.Resource"/>.</param>
    /// <param name="revision">The revision.</param>
    /// <param name="floor">Results older than the ring's floor are let go: they would keep objects alive that the ring's bound no longer counts.</param>
    public ObjectTree? Find(string resource, long revision, long floor)
    {
        lock (_lock)
        {
            for (var node = _recent.First; node is not null;)
            {
                var next = node.Next;
                if (node.Value.Resource == resource && node.Value.Revision < floor) _recent.Remove(node);
                else if (node.Value.Resource == resource && node.Value.Revision == revision)
                {
                    _recent.Remove(node);
                    _recent.AddFirst(node);
                    return node.Value.Tree;
                }

                node = next;
            }

            return null;
        }
    }

    /// <summary>Undoes events and remembers the result.</summary>
    /// <param name="resource">See <see cref="ObjectKey.Resource"/>.</param>
    /// <param name="revision">The revision to go back to.</param>
    /// <param name="present">The tree behind the last of <paramref name="later"/>.</param>
    /// <param name="later">All events of the resource behind <paramref name="revision"/>, in order.</param>
    public ObjectTree RollBack(string resource, long revision, ObjectTree present, IReadOnlyList<StoreEvent> later)
    {
        var tree = present;
        if (later.Count > 0)
        {
            var builder = present.ToBuilder();
            for (var i = later.Count - 1; i >= 0; i--)
            {
                if (later[i].Previous is { } previous) builder.Set(previous);
                else builder.Remove(later[i].Key.Namespace, later[i].Key.Name);
            }

            tree = builder.ToTree();
        }

        lock (_lock)
        {
            _recent.AddFirst((resource, revision, tree));
            if (_recent.Count > Kept) _recent.RemoveLast();
        }

        return tree;
    }
}
