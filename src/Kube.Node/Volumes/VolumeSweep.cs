using System.Net;
using k8s;
using k8s.Models;
using Kube.Machinery.Client;
using Kube.Machinery.Volumes;
using Microsoft.Extensions.Logging;

namespace Kube.Node.Volumes;

/// <summary>
/// Removes the directories of volumes that are gone from the cluster, a day after that was first seen: who restored an older state of the control plane has time to
/// notice before data goes.
/// </summary>
internal sealed class VolumeSweep(IKubernetes client, NodePaths paths, TimeProvider time, ILogger logger)
{
    /// <summary>How long a directory outlives its volume.</summary>
    public static readonly TimeSpan Keep = TimeSpan.FromDays(1);

    private const string Mark = ".released";
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(10);
    private readonly ResourceClient<V1PersistentVolume> _volumes = client.Resource<V1PersistentVolume>();

    /// <summary>Sweeps until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(Period, time);
        do
        {
            try
            {
                await SweepAsync(paths.Volumes, IsGoneAsync, time.GetUtcNow(), ct).ConfigureAwait(false);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or UnauthorizedAccessException or ApiException)
            {
                Log.WillRetry(logger, "looking for directories of deleted volumes", e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(ct).ConfigureAwait(false));
    }

    /// <summary>Looks once.</summary>
    /// <param name="root">The directory of the volumes.</param>
    /// <param name="isGone">Whether the cluster knows no volume of a name.</param>
    /// <param name="now">The time.</param>
    /// <param name="ct">Cancels between volumes.</param>
    public static async Task SweepAsync(string root, Func<string, CancellationToken, Task<bool>> isGone, DateTimeOffset now, CancellationToken ct)
    {
        if (!Directory.Exists(root))
            return;
        foreach (var directory in Directory.EnumerateDirectories(root, LocalVolumes.Prefix + "*").ToList())
        {
            var mark = directory + Mark;
            if (!await isGone(Path.GetFileName(directory), ct).ConfigureAwait(false))
            {
                File.Delete(mark);
            }
            else if (!File.Exists(mark))
            {
                await File.WriteAllTextAsync(mark, "", ct).ConfigureAwait(false);
                File.SetLastWriteTimeUtc(mark, now.UtcDateTime);
            }
            else if (File.GetLastWriteTimeUtc(mark) <= (now - Keep).UtcDateTime)
            {
                Directory.Delete(directory, recursive: true);
                File.Delete(mark);
            }
        }
    }

    // Refused means that it is there: a node may ask for volumes of its own pods, and for those that do not exist.
    private async Task<bool> IsGoneAsync(string name, CancellationToken ct)
    {
        try
        {
            return await _volumes.GetAsync(null, name, ct).ConfigureAwait(false) is null;
        }
        catch (ApiException e) when (e.Code == HttpStatusCode.Forbidden)
        {
            return false;
        }
    }
}
