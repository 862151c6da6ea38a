using System.Collections.Immutable;

namespace Portal.Tests.Core;

internal static class ImmutableMaps
{
    public static ImmutableSortedDictionary<string, TOut> ToImmutable<TIn, TOut>(this ImmutableSortedDictionary<string, TIn> map, Func<TIn, TOut> value) =>
        map.ToImmutableSortedDictionary(entry => entry.Key, entry => value(entry.Value), StringComparer.Ordinal);
}
