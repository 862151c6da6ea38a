namespace Kube.ApiServer.Storage;

/// <summary>
/// All objects of one resource in (namespace, name) order, as an immutable B-tree: a change copies the path from the root and shares
/// everything else, so a snapshot costs nothing and never changes. Every node knows how many objects lie below it, so positions,
/// counts and pages are O(log n).
/// </summary>
internal sealed class ObjectTree
{
    private const int Max = 64;

    private readonly Node _root;

    private ObjectTree(Node root) => _root = root;

    /// <summary>No objects.</summary>
    public static ObjectTree Empty { get; } = new(Node.Leaf(null));

    /// <summary>The number of objects.</summary>
    public int Count => _root.Size;

    /// <summary>Builds a tree from objects that are already in order, each key once.</summary>
    public static ObjectTree FromSorted(IReadOnlyList<StoredObject> objects)
    {
        if (objects.Count == 0) return Empty;
        // Nodes are left a quarter free so that the first inserts do not split every one of them.
        const int fill = Max * 3 / 4;
        var level = new List<Node>(objects.Count / fill + 1);
        for (var i = 0; i < objects.Count; i += fill)
        {
            var leaf = Node.Leaf(null);
            for (var j = i; j < Math.Min(i + fill, objects.Count); j++) leaf.Items![leaf.Length++] = objects[j];
            leaf.Refresh();
            level.Add(leaf);
        }

        while (level.Count > 1)
        {
            var above = new List<Node>(level.Count / fill + 1);
            for (var i = 0; i < level.Count; i += fill)
            {
                var inner = Node.Inner(null);
                for (var j = i; j < Math.Min(i + fill, level.Count); j++) inner.Children![inner.Length++] = level[j];
                inner.Refresh();
                above.Add(inner);
            }

            level = above;
        }

        return new ObjectTree(level[0]);
    }

    /// <summary>The object of that name, or null.</summary>
    public StoredObject? Find(string ns, string name)
    {
        var node = _root;
        while (node.Children is not null)
        {
            if (node.Length == 0) return null;
            node = node.Children[node.ChildFor(ns, name)];
        }

        var at = node.Search(ns, name);
        return at >= 0 ? node.Items![at] : null;
    }

    /// <summary>How many objects lie before (namespace, name), whether or not it exists itself.</summary>
    public int Rank(string ns, string name)
    {
        var node = _root;
        var rank = 0;
        while (node.Children is not null)
        {
            if (node.Length == 0) return rank;
            var child = node.ChildFor(ns, name);
            for (var i = 0; i < child; i++) rank += node.Children[i].Size;
            node = node.Children[child];
        }

        var at = node.Search(ns, name);
        return rank + (at >= 0 ? at : ~at);
    }

    /// <summary>The objects from a position on, lazily.</summary>
    /// <param name="from">The first one's position.</param>
    /// <param name="count">How many positions to look at.</param>
    /// <param name="wanted">Leaves out branches and objects that certainly lack these labels.</param>
    public IEnumerable<StoredObject> Range(int from, int count, LabelDigest wanted = default)
    {
        var path = new Stack<(Node Node, int Next)>();
        var node = _root;
        var skip = from;
        while (node.Children is not null)
        {
            var i = 0;
            while (i < node.Length && skip >= node.Children[i].Size) skip -= node.Children[i++].Size;
            if (i == node.Length) yield break;
            path.Push((node, i + 1));
            node = node.Children[i];
        }

        var position = skip;
        while (count > 0)
        {
            if (node.Digest.MayHold(wanted))
            {
                for (; position < node.Length && count > 0; count--)
                {
                    var item = node.Items![position++];
                    if (item.Digest.MayHold(wanted)) yield return item;
                }
            }
            else
            {
                count -= node.Length - position;
            }

            // The next leaf, past branches that hold nothing wanted.
            var found = false;
            while (!found && count > 0)
            {
                while (path.Count > 0 && path.Peek().Next == path.Peek().Node.Length) path.Pop();
                if (path.Count == 0) yield break;
                var (parent, next) = path.Pop();
                path.Push((parent, next + 1));
                node = parent.Children![next];
                if (!node.Digest.MayHold(wanted)) count -= node.Size;
                else if (node.Children is not null) path.Push((node, 0));
                else found = true;
            }

            position = 0;
        }
    }

    /// <summary>Starts a series of changes that ends in a new tree; this one stays as it is.</summary>
    public Builder ToBuilder() => new(this);

    /// <summary>Collects changes; nodes already copied by this builder are changed in place. One thread, one use.</summary>
    internal sealed class Builder
    {
        private readonly object _owner = new();
        private Node _root;

        internal Builder(ObjectTree tree) => _root = tree._root;

        /// <summary>Adds the object, or replaces the one of its key.</summary>
        public void Set(StoredObject item)
        {
            _root = Insert(_root, item, out var right);
            if (right is null) return;
            var root = Node.Inner(_owner);
            root.Children![0] = _root;
            root.Children[1] = right;
            root.Length = 2;
            root.Refresh();
            _root = root;
        }

        /// <summary>Removes the object of that key, if it is there.</summary>
        public void Remove(string ns, string name)
        {
            _root = Delete(_root, ns, name);
            while (_root.Children is not null && _root.Length <= 1) _root = _root.Length == 1 ? _root.Children[0] : Node.Leaf(_owner);
        }

        /// <summary>The tree with all changes. The builder must not be used again.</summary>
        public ObjectTree ToTree() => new(_root);

        private Node Insert(Node node, StoredObject item, out Node? right)
        {
            node = node.OwnedBy(_owner);
            if (node.Items is not null)
            {
                var at = node.Search(item.Key.Namespace, item.Key.Name);
                if (at >= 0) node.Items[at] = item;
                else node.InsertItem(~at, item);
            }
            else
            {
                var at = node.ChildFor(item.Key.Namespace, item.Key.Name);
                node.Children![at] = Insert(node.Children[at], item, out var split);
                if (split is not null) node.InsertChild(at + 1, split);
            }

            right = node.Length > Max ? node.Split(_owner) : null;
            node.Refresh();
            return node;
        }

        private Node Delete(Node node, string ns, string name)
        {
            if (node.Items is not null)
            {
                var at = node.Search(ns, name);
                if (at < 0) return node;
                node = node.OwnedBy(_owner);
                node.RemoveAt(at);
                node.Refresh();
                return node;
            }

            if (node.Length == 0) return node;
            var index = node.ChildFor(ns, name);
            var before = node.Children![index];
            var after = Delete(before, ns, name);
            if (ReferenceEquals(before, after) && before.Owner != _owner) return node;
            node = node.OwnedBy(_owner);
            node.Children![index] = after;
            if (after.Length == 0) node.RemoveAt(index);
            else if (after.Length < Max / 4) node.MergeAround(index, _owner);
            node.Refresh();
            return node;
        }
    }

    /// <summary>A leaf (<see cref="Items"/>) or an inner node (<see cref="Children"/>). Changed only by the builder that owns it.</summary>
    private sealed class Node
    {
        private StoredObject? _first;

        private Node(object? owner, StoredObject[]? items, Node[]? children)
        {
            Owner = owner;
            Items = items;
            Children = children;
        }

        public object? Owner { get; }

        public StoredObject[]? Items { get; }

        public Node[]? Children { get; }

        public int Length { get; set; }

        public int Size { get; private set; }

        public LabelDigest Digest { get; private set; }

        public static Node Leaf(object? owner) => new(owner, new StoredObject[Max + 1], null);

        public static Node Inner(object? owner) => new(owner, null, new Node[Max + 1]);

        public Node OwnedBy(object owner)
        {
            if (Owner == owner) return this;
            var copy = Items is not null ? Leaf(owner) : Inner(owner);
            if (Items is not null) Array.Copy(Items, copy.Items!, Length);
            else Array.Copy(Children!, copy.Children!, Length);
            copy.Length = Length;
            copy.Size = Size;
            copy.Digest = Digest;
            copy._first = _first;
            return copy;
        }

        public void Refresh()
        {
            var digest = default(LabelDigest);
            if (Items is not null)
            {
                Size = Length;
                _first = Length > 0 ? Items[0] : null;
                for (var i = 0; i < Length; i++) digest = digest.With(Items[i].Digest);
                Digest = digest;
                return;
            }

            Size = 0;
            for (var i = 0; i < Length; i++)
            {
                Size += Children![i].Size;
                digest = digest.With(Children[i].Digest);
            }

            Digest = digest;
            _first = Length > 0 ? Children![0]._first : null;
        }

        public int Search(string ns, string name)
        {
            int low = 0, high = Length - 1;
            while (low <= high)
            {
                var middle = (low + high) >>> 1;
                var order = Compare(Items![middle].Key, ns, name);
                if (order == 0) return middle;
                if (order < 0) low = middle + 1;
                else high = middle - 1;
            }

            return ~low;
        }

        public int ChildFor(string ns, string name)
        {
            int low = 1, high = Length - 1;
            while (low <= high)
            {
                var middle = (low + high) >>> 1;
                if (Compare(Children![middle]._first!.Key, ns, name) <= 0) low = middle + 1;
                else high = middle - 1;
            }

            return low - 1;
        }

        public void InsertItem(int at, StoredObject item)
        {
            Array.Copy(Items!, at, Items!, at + 1, Length - at);
            Items![at] = item;
            Length++;
        }

        public void InsertChild(int at, Node child)
        {
            Array.Copy(Children!, at, Children!, at + 1, Length - at);
            Children![at] = child;
            Length++;
        }

        public void RemoveAt(int at)
        {
            Length--;
            Array slots = Items is not null ? Items : Children!;
            Array.Copy(slots, at + 1, slots, at, Length - at);
            Array.Clear(slots, Length, 1);
        }

        public Node Split(object owner)
        {
            var right = Items is not null ? Leaf(owner) : Inner(owner);
            var keep = Length / 2;
            Array from = Items is not null ? Items : Children!;
            Array to = right.Items is not null ? right.Items : right.Children!;
            right.Length = Length - keep;
            Array.Copy(from, keep, to, 0, right.Length);
            Array.Clear(from, keep, right.Length);
            Length = keep;
            right.Refresh();
            return right;
        }

        /// <summary>Joins the child at an index with a neighbour when both fit into one node.</summary>
        public void MergeAround(int index, object owner)
        {
            var left = index > 0 ? index - 1 : index;
            if (left + 1 >= Length) return;
            Node first = Children![left], second = Children[left + 1];
            if (first.Length + second.Length > Max) return;
            first = first.OwnedBy(owner);
            if (first.Items is not null) Array.Copy(second.Items!, 0, first.Items, first.Length, second.Length);
            else Array.Copy(second.Children!, 0, first.Children!, first.Length, second.Length);
            first.Length += second.Length;
            first.Refresh();
            Children[left] = first;
            RemoveAt(left + 1);
        }

        private static int Compare(ObjectKey key, string ns, string name)
        {
            var order = ReferenceEquals(key.Namespace, ns) ? 0 : string.CompareOrdinal(key.Namespace, ns);
            return order != 0 ? order : string.CompareOrdinal(key.Name, name);
        }
    }
}
