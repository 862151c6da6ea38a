namespace Kube.Network.Ingress.Configuration;

/// <summary>The share of a rule's requests that another backend gets.</summary>
/// <param name="Backend">Name of an <see cref="IngressBackend"/>.</param>
/// <param name="Weight">In percent, 0 to 100.</param>
internal sealed record IngressCanary(string Backend, int Weight);
