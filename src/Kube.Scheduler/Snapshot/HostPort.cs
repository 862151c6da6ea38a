namespace Kube.Scheduler.Snapshot;

/// <summary>A port of the node that a pod takes.</summary>
/// <param name="Address">Address it listens on; an empty string for all.</param>
/// <param name="Protocol"><c>TCP</c>, <c>UDP</c> or <c>SCTP</c>.</param>
/// <param name="Port">Port number.</param>
internal readonly record struct HostPort(string Address, string Protocol, int Port)
{
    /// <summary>Whether both cannot be open on one node.</summary>
    public bool CollidesWith(HostPort other) =>
        Port == other.Port && Protocol == other.Protocol && (Address.Length == 0 || other.Address.Length == 0 || Address == other.Address);
}
