using System.Globalization;
using System.Net;
using System.Text.Json;
using Kube.Network.Processes;

namespace Kube.Network.Pods;

/// <summary>The pod network's part of the kernel: routes, the device of the service range, forwarding. Every operation may be repeated.</summary>
internal sealed class KernelRoutes(CommandRunner commands, byte protocol)
{
    // The worst metric there is: any other route to the range wins.
    private const string WorstMetric = "4294967295";

    private readonly string _protocol = protocol.ToString(CultureInfo.InvariantCulture);

    /// <summary>Makes what is meant for a range unreachable unless a better route exists, so that it never leaves by the default route.</summary>
    public Task BackAsync(IPNetwork range, CancellationToken cancellationToken) =>
        IpAsync(cancellationToken, "-4", "route", "replace", "unreachable", range.ToString(), "metric", WorstMetric, "proto", _protocol);

    /// <summary>
    /// Gives the service range a device. Without one, a connection from the node to a service address is routed to the default route before the nat output hook
    /// sees it. The device is an empty bridge because some kernels have no `dummy`.
    /// </summary>
    public async Task HoldServiceRangeAsync(string bridge, IPNetwork range, IEnumerable<IPAddress> addresses, CancellationToken cancellationToken)
    {
        var shown = await commands.RunAsync("ip", ["-o", "link", "show", "dev", bridge], null, cancellationToken).ConfigureAwait(false);
        if (!shown.Succeeded)
            await IpAsync(cancellationToken, "link", "add", "name", bridge, "type", "bridge").ConfigureAwait(false);
        await IpAsync(cancellationToken, "link", "set", "dev", bridge, "up").ConfigureAwait(false);
        foreach (var address in addresses)
            await IpAsync(cancellationToken, "-4", "address", "replace", $"{address}/32", "dev", bridge).ConfigureAwait(false);
        await IpAsync(cancellationToken, "-4", "route", "replace", range.ToString(), "dev", bridge, "proto", _protocol).ConfigureAwait(false);
    }

    /// <summary>Lets the kernel forward between pods and nodes.</summary>
    public async Task EnableForwardingAsync(CancellationToken cancellationToken)
    {
        if (commands.NetworkNamespacePath is null)
            await File.WriteAllTextAsync("/proc/sys/net/ipv4/ip_forward", "1", cancellationToken).ConfigureAwait(false);
        else
            await commands.RunCheckedAsync("sysctl", ["-q", "-w", "net.ipv4.ip_forward=1"], null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Routes to nodes that carry our mark and lie in the cluster's pod range. Another instance in the same namespace has another range.</summary>
    public async Task<IReadOnlySet<NodeRoute>> ListAsync(IPNetwork clusterPodCidr, CancellationToken cancellationToken)
    {
        var text = await commands.RunCheckedAsync("ip", ["-4", "-json", "route", "show", "proto", _protocol], null, cancellationToken).ConfigureAwait(false);
        // [{"dst":"10.244.1.0/24","gateway":"10.250.1.2","dev":"veth1","flags":[]}, {"type":"unreachable","dst":"10.244.0.0/16",…}]
        using var routes = JsonDocument.Parse(string.IsNullOrWhiteSpace(text) ? "[]" : text);
        var found = new HashSet<NodeRoute>();
        foreach (var route in routes.RootElement.EnumerateArray())
        {
            if (route.TryGetProperty("gateway", out var gateway) && IPAddress.TryParse(gateway.GetString(), out var address)
                && Ranges.TryParse(route.GetProperty("dst").GetString(), out var range) && Ranges.Within(range, clusterPodCidr))
            {
                found.Add(new NodeRoute(range, address));
            }
        }
        return found;
    }

    /// <summary>
    /// Makes or changes one route. A node of another subnet on the same wire is addressed by its link: if it is not on the wire, nobody answers for it and the
    /// pods are unreachable; their traffic never goes to some other router.
    /// </summary>
    public async Task ReplaceAsync(NodeRoute route, CancellationToken cancellationToken)
    {
        string[] arguments = ["-4", "route", "replace", route.Destination.ToString(), "via", route.Gateway.ToString(), "proto", _protocol];
        var result = await commands.RunAsync("ip", arguments, null, cancellationToken).ConfigureAwait(false);
        if (result.Succeeded)
            return;
        if (!result.Error.Contains("invalid gateway", StringComparison.Ordinal) || await DeviceTowardsAsync(route.Gateway, cancellationToken).ConfigureAwait(false) is not { } device)
            throw new CommandException($"ip {string.Join(' ', arguments)}", result);
        await IpAsync(cancellationToken, [.. arguments, "dev", device, "onlink"]).ConfigureAwait(false);
    }

    private async Task<string?> DeviceTowardsAsync(IPAddress address, CancellationToken cancellationToken)
    {
        var result = await commands.RunAsync("ip", ["-4", "-json", "route", "get", address.ToString()], null, cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded)
            return null;
        // [{"dst":"172.17.0.2","gateway":"10.250.1.1","dev":"v1","prefsrc":"10.250.1.2","flags":[]}]
        using var routes = JsonDocument.Parse(result.Output);
        return routes.RootElement.GetArrayLength() > 0 && routes.RootElement[0].TryGetProperty("dev", out var device) && device.GetString() is { } name && name != "lo" ? name : null;
    }

    /// <summary>Removes one route; what it led to is unreachable from now on, because the whole range is backed.</summary>
    public Task RemoveAsync(NodeRoute route, CancellationToken cancellationToken) =>
        IpAsync(cancellationToken, "-4", "route", "del", route.Destination.ToString(), "via", route.Gateway.ToString(), "proto", _protocol);

    /// <summary>Takes back what <see cref="HoldServiceRangeAsync"/> and <see cref="BackAsync"/> made; the unreachable routes last. What is not there is no fault.</summary>
    public async Task ReleaseAsync(string bridge, IEnumerable<IPNetwork> ranges, CancellationToken cancellationToken)
    {
        await commands.RunAsync("ip", ["link", "del", "dev", bridge], null, cancellationToken).ConfigureAwait(false);
        foreach (var range in ranges)
            await commands.RunAsync("ip", ["-4", "route", "del", "unreachable", range.ToString(), "metric", WorstMetric, "proto", _protocol], null, cancellationToken).ConfigureAwait(false);
    }

    private Task<string> IpAsync(CancellationToken cancellationToken, params string[] arguments) => commands.RunCheckedAsync("ip", arguments, null, cancellationToken);
}
