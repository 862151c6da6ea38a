namespace Kube.ApiServer.Storage;

/// <summary>The log did not take a batch and is sure of it.</summary>
internal sealed class LogRefusedException(string message, Exception inner) : Exception(message, inner);
