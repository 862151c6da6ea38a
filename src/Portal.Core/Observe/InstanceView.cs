namespace Portal.Core.Observe;

/// <summary>One instance of an app: a pod.</summary>
/// <param name="Name">The pod's name.</param>
/// <param name="Process">The process it runs.</param>
/// <param name="Phase">One word: Pending, Starting, Running, Crashing, Stopping, Succeeded, Failed or Unknown.</param>
/// <param name="Ready">Whether it serves.</param>
/// <param name="Restarts">How often its container was restarted.</param>
/// <param name="Release">The release it runs; 0 when unlabelled.</param>
/// <param name="Node">The node, once placed.</param>
/// <param name="Message">Why it does not run, as the cluster says it; null when it does.</param>
/// <param name="StartedAt">When its container last started.</param>
public sealed record InstanceView(
    string Name, string Process, string Phase, bool Ready, int Restarts, int Release, string? Node, string? Message, DateTimeOffset? StartedAt);
