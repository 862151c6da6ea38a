using k8s.Models;

namespace Integration.Tests.Network;

/// <summary>Short ways to write the objects the network follows.</summary>
internal static class Objects
{
    public static V1Service Service(string name, string address, int port = 80, string protocol = "TCP", int? nodePort = null) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "test" },
        Spec = new V1ServiceSpec { ClusterIP = address, Ports = [new V1ServicePort { Port = port, Protocol = protocol, NodePort = nodePort }] },
    };

    public static V1EndpointSlice Slice(string service, int port, params IEnumerable<string> addresses) => Slice(service, port, "TCP", addresses);

    public static V1EndpointSlice Slice(string service, int port, string protocol, IEnumerable<string> addresses) => new()
    {
        AddressType = "IPv4",
        Metadata = new V1ObjectMeta { Name = service + "-1", NamespaceProperty = "test", Labels = new Dictionary<string, string> { ["kubernetes.io/service-name"] = service } },
        Ports = [new Discoveryv1EndpointPort { Port = port, Protocol = protocol }],
        Endpoints = [.. addresses.Select(address => new V1Endpoint { Addresses = [address], Conditions = new V1EndpointConditions { Ready = true } })],
    };

    public static V1Ingress Ingress(string host, string service, string? tlsSecret = null) => new()
    {
        Metadata = new V1ObjectMeta { Name = service, NamespaceProperty = "test" },
        Spec = new V1IngressSpec
        {
            IngressClassName = "portal",
            Tls = tlsSecret is null ? null : [new V1IngressTLS { Hosts = [host], SecretName = tlsSecret }],
            Rules =
            [
                new V1IngressRule
                {
                    Host = host,
                    Http = new V1HTTPIngressRuleValue
                    {
                        Paths = [new V1HTTPIngressPath { Path = "/", PathType = "Prefix", Backend = new V1IngressBackend { Service = new V1IngressServiceBackend { Name = service, Port = new V1ServiceBackendPort { Number = 80 } } } }],
                    },
                },
            ],
        },
    };

    public static V1Node Node(string name, string podCidr, string address) => new()
    {
        Metadata = new V1ObjectMeta { Name = name },
        Spec = new V1NodeSpec { PodCIDR = podCidr },
        Status = new V1NodeStatus { Addresses = [new V1NodeAddress { Type = "InternalIP", Address = address }] },
    };
}
