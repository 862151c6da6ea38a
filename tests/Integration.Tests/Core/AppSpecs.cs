using System.Collections.Immutable;
using Portal.Core.Apps;

namespace Integration.Tests.Core;

/// <summary>Short spellings of specs.</summary>
internal static class AppSpecs
{
    public static ImmutableSortedDictionary<string, ProcessSpec> Processes(params (string Name, ProcessSpec Process)[] processes) =>
        processes.ToImmutableSortedDictionary(p => p.Name, p => p.Process, StringComparer.Ordinal);
}
