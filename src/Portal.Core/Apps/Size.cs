namespace Portal.Core.Apps;

/// <summary>A size of instance: what it is given and what it may use at most, in Kubernetes quantities.</summary>
/// <param name="Name">The word in a declaration.</param>
/// <param name="CpuRequest">CPU set aside, for example <c>250m</c>.</param>
/// <param name="CpuLimit">CPU at most.</param>
/// <param name="Memory">Memory set aside and at most, for example <c>256Mi</c>.</param>
public sealed record Size(string Name, string CpuRequest, string CpuLimit, string Memory);
