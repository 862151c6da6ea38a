using System.Net;
using System.Net.Sockets;
using k8s.Models;
using Kube.Network.Objects;

namespace Kube.Network.Services;

/// <summary>Compiles Services and EndpointSlices to the table of service ports. Pure.</summary>
internal static class ServiceTableCompiler
{
    /// <summary>Compiles. Headless and ExternalName services have no address here; a port without ready endpoints is left out, which refuses it.</summary>
    public static ServiceTable Compile(IEnumerable<V1Service> services, IEnumerable<V1EndpointSlice> slices, IPNetwork serviceCidr)
    {
        var endpoints = new EndpointIndex(slices);
        var addressesTaken = new HashSet<(IPAddress, TransportProtocol, ushort)>();
        var nodePortsTaken = new HashSet<(TransportProtocol, ushort)>();
        var ports = new List<ServicePort>();
        // The API server hands out each address once. Should two services claim the same, the older keeps it: a table with a contradiction would be refused whole.
        foreach (var service in services.OrderBy(s => s.Metadata.CreationTimestamp).ThenBy(s => s.Metadata.NamespaceProperty, StringComparer.Ordinal).ThenBy(s => s.Metadata.Name, StringComparer.Ordinal))
        {
            if (service.Spec is not { Type: not "ExternalName" } spec || !IPAddress.TryParse(spec.ClusterIP, out var address)
                || address.AddressFamily != AddressFamily.InterNetwork || !serviceCidr.Contains(address))
            {
                continue;
            }
            foreach (var port in spec.Ports ?? [])
            {
                if (port.Port is not (> 0 and <= ushort.MaxValue) || Protocol(port.Protocol) is not { } protocol)
                    continue;
                var ready = endpoints.Ready(service.Metadata.NamespaceProperty, service.Metadata.Name, port.Name, port.Protocol ?? "TCP");
                if (ready.Count == 0 || !addressesTaken.Add((address, protocol, (ushort)port.Port)))
                    continue;
                ushort? nodePort = port.NodePort is > 0 and <= ushort.MaxValue && nodePortsTaken.Add((protocol, (ushort)port.NodePort)) ? (ushort)port.NodePort : null;
                var name = $"{service.Metadata.NamespaceProperty}/{service.Metadata.Name}:{(string.IsNullOrEmpty(port.Name) ? port.Port : port.Name)}";
                ports.Add(new ServicePort(name, address, protocol, (ushort)port.Port, nodePort, spec.SessionAffinity == "ClientIP", ready));
            }
        }
        return new ServiceTable(ports);
    }

    private static TransportProtocol? Protocol(string? protocol) => protocol switch
    {
        null or "TCP" => TransportProtocol.Tcp,
        "UDP" => TransportProtocol.Udp,
        _ => null,
    };
}
