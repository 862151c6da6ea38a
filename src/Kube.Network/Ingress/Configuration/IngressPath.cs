namespace Kube.Network.Ingress.Configuration;

/// <summary>One rule of a host.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="Match">How it is compared.</param>
/// <param name="Ingress">Name of the Ingress it comes from.</param>
/// <param name="Backend">Name of an <see cref="IngressBackend"/>.</param>
/// <param name="Canary">The backend that gets a share of the requests instead, or null.</param>
internal sealed record IngressPath(string Path, PathMatch Match, string Ingress, string Backend, IngressCanary? Canary = null);
