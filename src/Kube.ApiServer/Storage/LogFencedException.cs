namespace Kube.ApiServer.Storage;

/// <summary>Another process has taken the leadership: this one must not write any more.</summary>
internal sealed class LogFencedException() : Exception("Another server process has taken the lead of the store; this one must stop.");
