using Kube.Node.Cri;

namespace Kube.Node.Streaming;

/// <summary>
/// Bounds what abandoned attaches can hold in containerd (CVE-2025-64329): it notices that a client has left only when the container writes next, so of a silent
/// container no more than so many attaches are opened. Each write of the container starts the count anew.
/// </summary>
internal sealed class AttachLimit(CriClient cri)
{
    private const int MostInSilence = 64;
    private readonly Dictionary<string, (string Log, long Length, int Count)> _attaches = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>Counts one more attach; false when there have been too many.</summary>
    public async Task<bool> TryTakeAsync(string containerId, CancellationToken ct)
    {
        var log = (await cri.ContainerStatusAsync(containerId, ct).ConfigureAwait(false))?.LogPath ?? "";
        var length = File.Exists(log) ? new FileInfo(log).Length : 0;
        lock (_lock)
        {
            foreach (var gone in _attaches.Where(a => !File.Exists(a.Value.Log)).Select(a => a.Key).ToList())
                _attaches.Remove(gone);
            var count = _attaches.TryGetValue(containerId, out var known) && known.Length == length ? known.Count : 0;
            if (count >= MostInSilence)
                return false;
            _attaches[containerId] = (log, length, count + 1);
            return true;
        }
    }
}
