using Kube.Node.Cri;
using Kube.Node.Cri.V1;

namespace Kube.Node.Pods;

/// <summary>A container as the runtime has it.</summary>
internal sealed class ObservedContainer(ContainerStatus status, string sandboxId)
{
    public string Id => status.Id;

    public string SandboxId => sandboxId;

    public string Name => status.Labels.TryGetValue(CriLabels.ContainerName, out var name) ? name : status.Metadata.Name;

    public uint Attempt => status.Metadata.Attempt;

    public ContainerState State => status.State;

    public int ExitCode => status.ExitCode;

    public string Reason => status.Reason;

    public string Message => status.Message;

    public string Image => status.Image?.Image ?? "";

    public string ImageRef => status.ImageRef;

    public string? Hash => status.Annotations.TryGetValue(CriLabels.ContainerHash, out var hash) ? hash : null;

    public DateTimeOffset CreatedAt => FromNanoseconds(status.CreatedAt);

    public DateTimeOffset StartedAt => FromNanoseconds(status.StartedAt);

    public DateTimeOffset FinishedAt => FromNanoseconds(status.FinishedAt);

    public bool IsRunning => State == ContainerState.ContainerRunning;

    public bool IsExited => State == ContainerState.ContainerExited;

    private static DateTimeOffset FromNanoseconds(long value) => DateTimeOffset.UnixEpoch.AddTicks(value / 100);
}
