using System.Collections;

namespace Integration.Tests.Storage.Histories;

/// <summary>
/// Decides whether the operations on one key could have happened one after another, each at some moment between its call and its answer: the
/// search of Wing and Gong with Lowe's memory of visited states. An operation of unknown result may have happened at any later time, or never.
/// </summary>
internal static class LinearizabilityChecker
{
    /// <summary>True when there is such an order.</summary>
    public static bool IsLinearizable(IReadOnlyList<Operation> operations)
    {
        var head = Link(operations, out var known);
        var seen = new HashSet<(Set Done, long State)>();
        var trail = new Stack<(Node Node, long State)>();
        var done = new Set(new BitArray(operations.Count));
        long state = 0;
        var node = head.Next;
        while (known > 0)
        {
            if (node is { IsCall: true })
            {
                if (Step(state, node.Operation!) is { } next && seen.Add((done.With(node.Index, true), next)))
                {
                    trail.Push((node, state));
                    (done, state) = (done.With(node.Index, true), next);
                    if (node.Operation!.Result != OperationResult.Unknown) known--;
                    node.Lift();
                    node = head.Next;
                }
                else
                {
                    node = node.Next;
                }

                continue;
            }

            // A known answer is due, or nothing is left to try: take the last choice back.
            if (!trail.TryPop(out var last)) return false;
            (node, state) = last;
            done = done.With(node.Index, false);
            if (node.Operation!.Result != OperationResult.Unknown) known++;
            node.Unlift();
            node = node.Next;
        }

        return true;
    }

    /// <summary>The state after an operation with its result; null when that result is impossible.</summary>
    private static long? Step(long state, Operation o) => (o.Kind, o.Result) switch
    {
        (OperationKind.Get, _) => state == o.Value ? state : null,
        (OperationKind.Create, OperationResult.Exists) => state != 0 ? state : null,
        (OperationKind.Create, _) => state == 0 ? o.Value : null,
        (_, OperationResult.NotFound) => state == 0 ? state : null,
        (_, OperationResult.Conflict) => state != 0 && state != o.Expected ? state : null,
        (OperationKind.Update, _) => state == o.Expected ? o.Value : null,
        _ => state == o.Expected ? 0 : null,
    };

    private static Node Link(IReadOnlyList<Operation> operations, out int known)
    {
        var nodes = new List<(long Time, int Order, Node Node)>();
        known = 0;
        for (var i = 0; i < operations.Count; i++)
        {
            var call = new Node { Index = i, Operation = operations[i], IsCall = true };
            nodes.Add((operations[i].Invoked, 0, call));
            if (operations[i].Result == OperationResult.Unknown) continue;
            known++;
            call.Match = new Node { Index = i };
            nodes.Add((operations[i].Returned, 1, call.Match));
        }

        var head = new Node { Index = -1 };
        var last = head;
        foreach (var (_, _, node) in nodes.OrderBy(n => n.Time).ThenBy(n => n.Order))
        {
            (last.Next, node.Previous) = (node, last);
            last = node;
        }

        return head;
    }

    private sealed class Node
    {
        public int Index { get; init; }

        public Operation? Operation { get; init; }

        public bool IsCall { get; init; }

        public Node? Match { get; set; }

        public Node? Previous { get; set; }

        public Node? Next { get; set; }

        public void Lift()
        {
            Remove();
            Match?.Remove();
        }

        public void Unlift()
        {
            Match?.Insert();
            Insert();
        }

        private void Remove()
        {
            Previous!.Next = Next;
            if (Next is not null) Next.Previous = Previous;
        }

        private void Insert()
        {
            Previous!.Next = this;
            if (Next is not null) Next.Previous = this;
        }
    }

    /// <summary>A set of operations by content.</summary>
    private readonly struct Set(BitArray bits) : IEquatable<Set>
    {
        private readonly int[] _words = Words(bits);

        private Set(int[] words)
            : this(new BitArray(0)) => _words = words;

        public Set With(int index, bool value)
        {
            var words = (int[])_words.Clone();
            if (value) words[index >> 5] |= 1 << (index & 31);
            else words[index >> 5] &= ~(1 << (index & 31));
            return new Set(words);
        }

        public bool Equals(Set other) => _words.AsSpan().SequenceEqual(other._words);

        public override bool Equals(object? obj) => obj is Set other && Equals(other);

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            foreach (var word in _words) hash.Add(word);
            return hash.ToHashCode();
        }

        private static int[] Words(BitArray bits)
        {
            var words = new int[(bits.Length + 31) / 32];
            bits.CopyTo(words, 0);
            return words;
        }
    }
}
