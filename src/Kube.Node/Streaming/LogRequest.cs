namespace Kube.Node.Streaming;

/// <summary>What part of a container's log is wanted.</summary>
/// <param name="Follow">Go on while the container runs.</param>
/// <param name="TailLines">Only the last so many entries; null for all.</param>
/// <param name="Since">Only entries from this time on.</param>
/// <param name="Timestamps">Put each line's time before it.</param>
/// <param name="LimitBytes">Stop after so many bytes; null for no limit.</param>
internal sealed record LogRequest(bool Follow, long? TailLines, DateTimeOffset? Since, bool Timestamps, long? LimitBytes);
