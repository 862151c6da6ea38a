namespace Portal.Cli.Api;

/// <summary>What went wrong, in words for a person; the command prints it and ends with exit code 1.</summary>
internal sealed class PortalProblem(string message, Exception? inner = null) : Exception(message, inner);
