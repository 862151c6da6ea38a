using Kube.Node.Cri;
using Kube.Node.Cri.V1;

namespace Kube.Node.Pods;

/// <summary>A pod as the runtime has it.</summary>
/// <param name="Sandbox">The newest sandbox with its status; null when there is none.</param>
/// <param name="OldSandboxes">Ids of earlier sandboxes.</param>
/// <param name="Containers">By container name, newest attempt first.</param>
internal sealed record ObservedPod(PodSandboxStatus? Sandbox, IReadOnlyList<string> OldSandboxes, IReadOnlyDictionary<string, IReadOnlyList<ObservedContainer>> Containers)
{
    public bool SandboxReady => Sandbox?.State == PodSandboxState.SandboxReady;

    /// <summary>The pod's addresses; empty with the host's network.</summary>
    public IReadOnlyList<string> Addresses =>
        Sandbox?.Network is { Ip.Length: > 0 } network ? [network.Ip, .. network.AdditionalIps.Select(a => a.Ip)] : [];

    public ObservedContainer? Current(string name) => Containers.TryGetValue(name, out var all) ? all[0] : null;

    public ObservedContainer? Previous(string name) => Containers.TryGetValue(name, out var all) && all.Count > 1 ? all[1] : null;

    public IEnumerable<ObservedContainer> Running => Containers.Values.SelectMany(c => c).Where(c => c.State == ContainerState.ContainerRunning);

    /// <summary>Asks the runtime.</summary>
    public static async Task<ObservedPod> ObserveAsync(CriClient cri, string uid, CancellationToken ct)
    {
        // All at once: between a container's end and its restart each call one after the other would count.
        var asked = ContainersAsync(cri, uid, ct);
        var sandboxes = (await cri.ListPodSandboxesAsync(uid, ct).ConfigureAwait(false))
            .OrderByDescending(s => s.Metadata.Attempt).ThenByDescending(s => s.CreatedAt).ToList();
        var status = sandboxes.Count == 0 ? null : await cri.PodSandboxStatusAsync(sandboxes[0].Id, ct).ConfigureAwait(false);
        var containers = (await asked.ConfigureAwait(false)).OfType<ObservedContainer>();

        var byName = containers.GroupBy(c => c.Name, StringComparer.Ordinal).ToDictionary(
            g => g.Key,
            g => (IReadOnlyList<ObservedContainer>)[.. g.OrderByDescending(c => c.Attempt).ThenByDescending(c => c.CreatedAt)],
            StringComparer.Ordinal);
        return new ObservedPod(status, [.. sandboxes.Skip(1).Select(s => s.Id)], byName);
    }

    private static async Task<ObservedContainer?[]> ContainersAsync(CriClient cri, string uid, CancellationToken ct)
    {
        var listed = await cri.ListContainersAsync(uid, ct).ConfigureAwait(false);
        return await Task.WhenAll(listed.Select(async container =>
            await cri.ContainerStatusAsync(container.Id, ct).ConfigureAwait(false) is { } found ? new ObservedContainer(found, container.PodSandboxId) : null)).ConfigureAwait(false);
    }
}
