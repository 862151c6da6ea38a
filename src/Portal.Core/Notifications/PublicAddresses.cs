using System.Net;
using System.Net.Sockets;

namespace Portal.Core.Notifications;

/// <summary>
/// Which addresses the portal may send to on a tenant's word: only those of the public internet, by the special-purpose registries of IANA (RFC 6890), unless the operator
/// allows a range. A name is resolved once and the connection goes to the address that was checked, so that it cannot change its mind in between.
/// </summary>
internal sealed class PublicAddresses(PortalCoreOptions options)
{
    private static readonly IPNetwork[] Special =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
            "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            // Of IPv6 only global unicast is public, and of it not what tunnels IPv4 or documents.
            "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        }.Select(range => IPNetwork.Parse(range)),
    ];

    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");
    private readonly IPNetwork[] _allowed = [.. options.NotificationNetworks.Select(range => IPNetwork.Parse(range))];

    /// <summary>Whether an address may be connected to.</summary>
    public bool Admits(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return _allowed.Any(range => range.Contains(address)) || IsPublic(address);
    }

    /// <summary>Whether an address is of the public internet.</summary>
    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily == AddressFamily.InterNetworkV6 && !GlobalUnicast.Contains(address)) return false;
        return !Special.Any(range => range.Contains(address));
    }

    /// <summary>Resolves, checks and connects; the callback of the one HTTP handler that follows tenants' addresses.</summary>
    /// <exception cref="HttpRequestException">No address of the name may be connected to, or none answers.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host;
        var found = IPAddress.TryParse(host.Trim('[', ']'), out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellationToken);
        IPAddress[] admitted = [.. found.Where(Admits)];
        if (admitted.Length == 0) throw new HttpRequestException("The address does not lead to the public internet, which is where messages may go.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(admitted, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
