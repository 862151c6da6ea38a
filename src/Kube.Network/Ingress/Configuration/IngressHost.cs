namespace Kube.Network.Ingress.Configuration;

/// <summary>A host and its rules; all come from one namespace.</summary>
/// <param name="Host">Lower-case ASCII name, <c>*.name</c> for one label before it, empty for every host nobody claimed.</param>
/// <param name="Namespace">The namespace that owns the host.</param>
/// <param name="TlsSecret">Name of the certificate's Secret in that namespace, or null for the self-signed one.</param>
/// <param name="Paths">Rules in the order they are tried.</param>
internal sealed record IngressHost(string Host, string Namespace, string? TlsSecret, IReadOnlyList<IngressPath> Paths);
