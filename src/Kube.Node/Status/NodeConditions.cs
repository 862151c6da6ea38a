using k8s.Models;
using Kube.Node.Cri.V1;
using Kube.Node.Streaming;

namespace Kube.Node.Status;

/// <summary>The node's conditions: whether it can run pods, and what of their declarations it cannot enforce.</summary>
internal static class NodeConditions
{
    private const long LeastMemory = 100L * 1024 * 1024;
    private const double LeastDisk = 0.05;

    /// <param name="runtime">The runtime's own conditions; null when it does not answer.</param>
    /// <param name="facts">The machine.</param>
    /// <param name="availableMemory">Bytes.</param>
    /// <param name="freeDisk">Fraction of the data directory's file system that is free.</param>
    /// <param name="limitsEnforced">Whether memory and cpu controllers are there.</param>
    public static IReadOnlyList<(string Type, bool Value, string Reason, string Message)> For(IReadOnlyList<RuntimeCondition>? runtime, MachineFacts facts, long availableMemory, double freeDisk, bool limitsEnforced)
    {
        var runtimeReady = Find(runtime, "RuntimeReady");
        var networkReady = Find(runtime, "NetworkReady");
        var ready = runtimeReady is { Status: true } && networkReady is { Status: true };
        var cause = runtime is null ? "the container runtime does not answer"
            : runtimeReady is not { Status: true } ? $"container runtime: {runtimeReady?.Message}"
            : networkReady is not { Status: true } ? $"pod network: {networkReady?.Message}"
            : "";
        return
        [
            ("MemoryPressure", availableMemory < LeastMemory, availableMemory < LeastMemory ? "InsufficientMemory" : "SufficientMemory", ""),
            ("DiskPressure", freeDisk < LeastDisk, freeDisk < LeastDisk ? "DiskAlmostFull" : "SufficientDisk", ""),
            ("PIDPressure", false, "SufficientPIDs", ""),
            ("NetworkUnavailable", networkReady is not { Status: true }, networkReady is { Status: true } ? "PodNetworkReady" : "PodNetworkNotReady", networkReady?.Message ?? ""),
            ("LimitsUnenforced", !limitsEnforced, limitsEnforced ? "ControllersPresent" : "NoControllers", limitsEnforced ? "" : "the machine lacks cgroup controllers for cpu or memory: limits have no effect"),
            ("SeccompUnavailable", !facts.HasSeccomp, facts.HasSeccomp ? "KernelSupport" : "NoKernelSupport", facts.HasSeccomp ? "" : "the kernel has no seccomp: containers run without a system call filter"),
            ("LogRedaction", RedactionSelfTest.Passed, RedactionSelfTest.Passed ? "SelfTestPassed" : "SelfTestFailed", RedactionSelfTest.Passed ? "a canary in every form was kept out of a log" : "a canary came through: logs are not served"),
            ("Ready", ready, ready ? "KubeletReady" : "KubeletNotReady", ready ? "the node runs pods" : cause),
        ];
    }

    private static RuntimeCondition? Find(IReadOnlyList<RuntimeCondition>? conditions, string type) => conditions?.FirstOrDefault(c => c.Type == type);

    /// <summary>Conditions as API objects, transition times kept where nothing changed.</summary>
    public static IList<V1NodeCondition> ToApi(IEnumerable<(string Type, bool Value, string Reason, string Message)> conditions, V1Node? known, DateTimeOffset now) =>
    [
        .. conditions.Select(c =>
        {
            var status = c.Value ? "True" : "False";
            var old = known?.Status?.Conditions?.FirstOrDefault(o => o.Type == c.Type);
            return new V1NodeCondition
            {
                Type = c.Type,
                Status = status,
                Reason = c.Reason,
                Message = c.Message,
                LastHeartbeatTime = now.UtcDateTime,
                LastTransitionTime = old?.Status == status ? old.LastTransitionTime ?? now.UtcDateTime : now.UtcDateTime,
            };
        }),
    ];
}
