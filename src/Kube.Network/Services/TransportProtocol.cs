namespace Kube.Network.Services;

/// <summary>Protocols a service port is forwarded for.</summary>
internal enum TransportProtocol
{
    /// <summary>TCP.</summary>
    Tcp,

    /// <summary>UDP.</summary>
    Udp,
}
