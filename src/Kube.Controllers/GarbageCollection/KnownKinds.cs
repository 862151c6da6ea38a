using Kube.Machinery.Client;

namespace Kube.Controllers.GarbageCollection;

/// <summary>The kinds the server has, asked for at most every few seconds.</summary>
internal sealed class KnownKinds(ControllerContext context)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);
    private volatile Reading? _last;

    /// <exception cref="ApiException">The server's kinds are not known for sure; nothing may be concluded from their absence.</exception>
    public async Task<IReadOnlyList<ResourceType>> ReadAsync(CancellationToken cancellationToken)
    {
        // Two readers at the same time both ask; the answers are the same.
        if (_last is { } last && context.Time.GetElapsedTime(last.At) < Fresh)
        {
            return last.Kinds;
        }

        var kinds = await context.Client.DiscoverResourcesAsync(cancellationToken);
        _last = new Reading(kinds, context.Time.GetTimestamp());
        return kinds;
    }

    private sealed record Reading(IReadOnlyList<ResourceType> Kinds, long At);
}
