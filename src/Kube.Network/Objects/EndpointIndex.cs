using System.Net;
using System.Net.Sockets;
using k8s.Models;

namespace Kube.Network.Objects;

/// <summary>
/// EndpointSlices by the service they belong to. Only what may receive new connections counts: an endpoint that is terminating or says ready=false is not here
/// from the moment the slice says so.
/// </summary>
internal sealed class EndpointIndex
{
    private const string ServiceNameLabel = "kubernetes.io/service-name";

    private readonly Dictionary<(string Namespace, string Service), List<V1EndpointSlice>> _slices = [];

    /// <summary>Indexes the slices given.</summary>
    public EndpointIndex(IEnumerable<V1EndpointSlice> slices)
    {
        foreach (var slice in slices)
        {
            if (slice.AddressType != "IPv4" || slice.Metadata?.Labels is not { } labels || !labels.TryGetValue(ServiceNameLabel, out var service))
                continue;
            var key = (slice.Metadata.NamespaceProperty ?? "", service);
            if (!_slices.TryGetValue(key, out var list))
                _slices[key] = list = [];
            list.Add(slice);
        }
    }

    /// <summary>Backends of one service port that take new connections, sorted, without repetition.</summary>
    /// <param name="ns">Namespace.</param>
    /// <param name="service">Service name.</param>
    /// <param name="portName">Name of the service port; null or empty for an unnamed one.</param>
    /// <param name="protocol">TCP or UDP.</param>
    public IReadOnlyList<EndpointAddress> Ready(string ns, string service, string? portName, string protocol)
    {
        if (!_slices.TryGetValue((ns, service), out var slices))
            return [];
        var found = new SortedSet<EndpointAddress>();
        foreach (var slice in slices)
        {
            foreach (var port in slice.Ports ?? [])
            {
                if (port.Port is not (> 0 and <= ushort.MaxValue) || (port.Name ?? "") != (portName ?? "") || (port.Protocol ?? "TCP") != protocol)
                    continue;
                foreach (var endpoint in slice.Endpoints ?? [])
                {
                    if (IsReady(endpoint) && TryAddress(endpoint, out var address))
                        found.Add(new EndpointAddress(address, (ushort)port.Port.Value));
                }
            }
        }
        return [.. found];
    }

    /// <summary>Addresses of a headless service, whatever its ports, with the pod's hostname where the slice gives one.</summary>
    public IEnumerable<(IPAddress Address, string? Hostname)> ReadyAddresses(string ns, string service)
    {
        if (!_slices.TryGetValue((ns, service), out var slices))
            yield break;
        foreach (var endpoint in slices.SelectMany(slice => slice.Endpoints ?? []))
        {
            if (IsReady(endpoint) && TryAddress(endpoint, out var address))
                yield return (address, endpoint.Hostname);
        }
    }

    private static bool IsReady(V1Endpoint endpoint) =>
        endpoint.Conditions is not { } conditions || (conditions.Ready != false && conditions.Terminating != true);

    // All addresses of one endpoint are the same pod; Kubernetes says to use the first.
    private static bool TryAddress(V1Endpoint endpoint, out IPAddress address)
    {
        address = IPAddress.None;
        return endpoint.Addresses is [var text, ..] && IPAddress.TryParse(text, out address!) && address.AddressFamily == AddressFamily.InterNetwork;
    }
}
