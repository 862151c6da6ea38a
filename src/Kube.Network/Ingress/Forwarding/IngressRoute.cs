using Kube.Network.Ingress.Configuration;

namespace Kube.Network.Ingress.Forwarding;

/// <summary>One rule, ready to be matched.</summary>
/// <param name="Path">Absolute path; a prefix has no final slash.</param>
/// <param name="Match">How it is compared.</param>
/// <param name="Namespace">Namespace of its Ingress.</param>
/// <param name="Ingress">Name of its Ingress.</param>
/// <param name="Backend">Name of its backend in the table.</param>
/// <param name="Endpoints">Where requests go; empty means that nothing is ready.</param>
/// <param name="CanaryEndpoints">Where a share of them goes instead.</param>
/// <param name="CanaryWeight">That share in percent.</param>
internal sealed record IngressRoute(
    string Path, PathMatch Match, string Namespace, string Ingress, string Backend, IngressEndpoint[] Endpoints, IngressEndpoint[] CanaryEndpoints, int CanaryWeight)
{
    /// <summary>The endpoints a request goes to. A side without a ready endpoint leaves all requests to the other.</summary>
    /// <param name="dice">A number from 0 to 99, the same for every attempt of one request.</param>
    public IngressEndpoint[] Side(int dice) => (dice < CanaryWeight && CanaryEndpoints.Length > 0) || Endpoints.Length == 0 ? CanaryEndpoints : Endpoints;

    /// <summary>Whether a request's path falls under the rule. Case counts.</summary>
    public bool Accepts(string path) => Match == PathMatch.Exact
        ? string.Equals(path, Path, StringComparison.Ordinal)
        : path.StartsWith(Path, StringComparison.Ordinal) && (path.Length == Path.Length || Path.Length == 0 || path[Path.Length] == '/');
}
