namespace Kube.Network.Ingress.Configuration;

/// <summary>All that the cluster's Ingresses say at one moment.</summary>
/// <param name="Hosts">Hosts, sorted by name.</param>
/// <param name="Backends">Backends the hosts' rules point at, sorted by name.</param>
/// <param name="Conflicts">Claims that lost.</param>
internal sealed record IngressConfiguration(IReadOnlyList<IngressHost> Hosts, IReadOnlyList<IngressBackend> Backends, IReadOnlyList<HostConflict> Conflicts);
