using System.Net;
using System.Net.Sockets;
using Npgsql;
using Portal.Core.Notifications;

namespace Portal.Core.Clusters;

/// <summary>
/// Where a kubeconfig may lead. A platform administrator's: everywhere but to this machine itself and link-local addresses. A team's: to the public internet alone. Further networks the
/// operator allows by <see cref="PortalCoreOptions.ClusterNetworks"/>. To the platform's own database nothing leads. A name is resolved once, and the connection goes to the address that was checked.
/// </summary>
internal sealed class ClusterAddresses(PortalCoreOptions options)
{
    private static readonly IPNetwork[] Own =
        [.. new[] { "0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "::/127", "fe80::/10", "ff00::/8" }.Select(range => IPNetwork.Parse(range))];

    private readonly IPNetwork[] _allowed = [.. options.ClusterNetworks.Select(range => IPNetwork.Parse(range))];

    /// <summary>Whether an address may be connected to.</summary>
    /// <param name="address">The address.</param>
    /// <param name="ofTeam">Whether a team named it, rather than a platform administrator.</param>
    public bool Admits(IPAddress address, bool ofTeam)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (_allowed.Any(range => range.Contains(address))) return true;
        return ofTeam ? PublicAddresses.IsPublic(address) : !Own.Any(range => range.Contains(address));
    }

    /// <summary>Resolves, checks and connects.</summary>
    /// <exception cref="AddressRefusedException">No address of the name may be connected to.</exception>
    public async ValueTask<Stream> ConnectAsync(DnsEndPoint target, bool ofTeam, CancellationToken cancellationToken)
    {
        var found = await ResolveAsync(target.Host, cancellationToken);
        var database = await DatabaseAsync(target.Port, cancellationToken);
        IPAddress[] admitted = [.. found.Where(address => Admits(address, ofTeam) && !database(address))];
        if (admitted.Length == 0)
        {
            throw new AddressRefusedException(ofTeam
                ? "The server's address does not lead to the public internet, which is where a team's cluster may be; a platform administrator can add it, or allow its network."
                : "The server's address leads to this machine itself or to the platform's database, where no cluster is looked for unless the operator allows the network.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(admitted, target.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) =>
        IPAddress.TryParse(host.Trim('[', ']'), out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellationToken);

    // Even in a network the operator allows. A socket in the file system has no address that could be named.
    private async Task<Func<IPAddress, bool>> DatabaseAsync(int port, CancellationToken cancellationToken)
    {
        var database = new NpgsqlConnectionStringBuilder(options.ConnectionString);
        if (database.Port != port || database.Host is not { Length: > 0 } hosts || hosts.StartsWith('/')) return _ => false;
        var own = new List<IPAddress>();
        foreach (var host in hosts.Split(',')) own.AddRange(await ResolveAsync(host.Split(':')[0], cancellationToken));
        return address => own.Any(one => one.Equals(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address) || (IPAddress.IsLoopback(one) && IPAddress.IsLoopback(address)));
    }
}
