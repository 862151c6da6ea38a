using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Portal.Host.Instance;

/// <summary>The four outer ports of an instance (DESIGN.md section 7).</summary>
/// <param name="Console">Console and REST.</param>
/// <param name="Kubernetes">Kubernetes API over TLS.</param>
/// <param name="Http">Ingress, plain.</param>
/// <param name="Https">Ingress, TLS.</param>
internal sealed record Ports(int Console, int Kubernetes, int Http, int Https)
{
    /// <summary>5080, 6443, 8080 and 8443, or N, N+1, N+2 and N+3 with a port base.</summary>
    /// <exception cref="StartException">The base is out of range.</exception>
    public static Ports From(int? portBase) => portBase switch
    {
        null => new Ports(5080, 6443, 8080, 8443),
        >= 1 and <= 65532 => new Ports(portBase.Value, portBase.Value + 1, portBase.Value + 2, portBase.Value + 3),
        _ => throw new StartException($"--port-base {portBase.Value.ToString(CultureInfo.InvariantCulture)} is out of range: give a number from 1 to 65532, four ports in a row are used."),
    };

    /// <summary>Checks that all four are free.</summary>
    /// <exception cref="StartException">A port is in use; the message names it and the fix.</exception>
    public void RequireFree()
    {
        foreach (var (port, purpose) in new[] { (Console, "console and REST"), (Kubernetes, "Kubernetes API"), (Http, "ingress"), (Https, "ingress TLS") })
            RequireFree(port, purpose);
    }

    /// <summary>Checks that one port is free.</summary>
    /// <exception cref="StartException">It is in use; the message names it and the fix.</exception>
    public static void RequireFree(int port, string purpose)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Any, port);
            listener.Start();
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            throw new StartException($"Port {port.ToString(CultureInfo.InvariantCulture)} ({purpose}) is already in use. Stop what listens there, or choose other ports with --port-base N.");
        }
    }
}
