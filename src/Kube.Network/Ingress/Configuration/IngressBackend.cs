using Kube.Network.Objects;

namespace Kube.Network.Ingress.Configuration;

/// <summary>A service port that rules point at.</summary>
/// <param name="Name"><c>namespace/service:port</c>.</param>
/// <param name="Endpoints">Ready endpoints; empty when there are none or the service does not exist.</param>
internal sealed record IngressBackend(string Name, IReadOnlyList<EndpointAddress> Endpoints);
