namespace Kube.Network.Ingress.Configuration;

/// <summary>A claim on a host that another namespace claimed before.</summary>
/// <param name="Namespace">Namespace of the Ingress that lost.</param>
/// <param name="Ingress">Its name.</param>
/// <param name="Host">The host.</param>
internal sealed record HostConflict(string Namespace, string Ingress, string Host);
