using System.Numerics;
using System.Runtime.Intrinsics;
using Kube.Machinery.Selectors;

namespace Kube.ApiServer.Storage;

/// <summary>
/// A Bloom filter of the labels of one object or of many: two bits for a key and two for a key with its value. It may say "perhaps" of a label that is
/// not there and never "no" of one that is, so that whole branches of a tree are passed over that hold nothing a selector wants.
/// </summary>
/// <param name="Bits">The filter.</param>
internal readonly record struct LabelDigest(Vector256<ulong> Bits)
{
    /// <summary>The digest of an object's labels.</summary>
    public static LabelDigest Of(IReadOnlyDictionary<string, string> labels)
    {
        if (labels.Count == 0)
            return default;
        Span<ulong> bits = stackalloc ulong[4];
        foreach (var (key, value) in labels)
        {
            Mark(bits, HashCode.Combine(key));
            Mark(bits, HashCode.Combine(key, value));
        }

        return new LabelDigest(Vector256.Create<ulong>(bits));
    }

    /// <summary>What an object's digest must hold for the selector to have a chance; empty when the selector wants no label in particular.</summary>
    public static LabelDigest Wanted(LabelSelector selector)
    {
        Span<ulong> bits = stackalloc ulong[4];
        foreach (var requirement in selector.Requirements)
        {
            // The two that are also satisfied by a label's absence.
            if (requirement.Operator is LabelOperator.NotIn or LabelOperator.DoesNotExist)
                continue;
            Mark(bits, HashCode.Combine(requirement.Key));
            if (requirement is { Operator: LabelOperator.In, Values.Count: 1 })
                Mark(bits, HashCode.Combine(requirement.Key, requirement.Values[0]));
        }

        return new LabelDigest(Vector256.Create<ulong>(bits));
    }

    /// <summary>The digest of both.</summary>
    public LabelDigest With(LabelDigest other) => new(Bits | other.Bits);

    /// <summary>False when something wanted is certainly not here.</summary>
    public bool MayHold(LabelDigest wanted) => (Bits & wanted.Bits) == wanted.Bits;

    private static void Mark(Span<ulong> bits, int hash)
    {
        var mixed = BitOperations.RotateLeft((uint)hash * 0x9E3779B1u, 15);
        bits[(int)(mixed >> 6) & 3] |= 1ul << (int)(mixed & 63);
        bits[(int)(mixed >> 14) & 3] |= 1ul << (int)((mixed >> 8) & 63);
    }
}
