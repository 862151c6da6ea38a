namespace Kube.Node.Probes;

/// <summary>What a probe decides: whether a container has come up, may serve, or must be restarted.</summary>
internal enum ProbeKind
{
    Startup,
    Readiness,
    Liveness,
}
