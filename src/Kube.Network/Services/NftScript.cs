using System.Globalization;
using System.Net;
using System.Text;

namespace Kube.Network.Services;

/// <summary>
/// Serialises service tables for `nft -f -`. All that enters the text are addresses, numbers, and names this project made itself: nothing a user wrote.
/// One script is one kernel transaction: the old table holds until the new one does.
/// </summary>
internal sealed class NftScript
{
    private const int ElementsALine = 256;

    private readonly StringBuilder _text = new();
    private readonly string _table;

    private NftScript(string table) => _table = $"ip {table}";

    /// <summary>Replaces the whole table, whatever was there.</summary>
    /// <remarks>
    /// <c>services</c> is the dispatch: address . protocol . port to a chain, in constant time. It runs for what enters the node and for what the node itself sends.
    /// <c>refuse</c> runs behind the translation: whatever still is on its way to a service address belongs to no ready endpoint. TCP gets a reset, because an
    /// ICMP answer takes a client up to a second to notice.
    /// <c>nat-postrouting</c>: a pod that meets itself, a sender that is no pod (its own address would be answered by another way), and pods that leave the cluster.
    /// </remarks>
    public static string Replace(ServiceProxyOptions options, ServiceTable services)
    {
        var script = new NftScript(options.Table);
        var pods = options.ClusterPodCidr;
        var range = options.ServiceCidr;
        script.Line($"add table {script._table}");
        script.Line($"delete table {script._table}");
        script.Line($"add table {script._table}");
        script.Line($"add set {script._table} hairpin {{ type ipv4_addr . ipv4_addr ; }}");
        script.Line($"add map {script._table} service-ips {{ type ipv4_addr . inet_proto . inet_service : verdict ; }}");
        script.Line($"add map {script._table} node-ports {{ type inet_proto . inet_service : verdict ; }}");
        script.Line($"add chain {script._table} services");
        script.Line($"add chain {script._table} refuse");
        script.Line($"add chain {script._table} nat-prerouting {{ type nat hook prerouting priority dstnat ; policy accept ; }}");
        script.Line($"add chain {script._table} nat-output {{ type nat hook output priority -100 ; policy accept ; }}");
        script.Line($"add chain {script._table} nat-postrouting {{ type nat hook postrouting priority srcnat ; policy accept ; }}");
        script.Line($"add chain {script._table} filter-forward {{ type filter hook forward priority filter ; policy accept ; }}");
        script.Line($"add chain {script._table} filter-output {{ type filter hook output priority filter ; policy accept ; }}");
        foreach (var port in services.Ports.Values)
            script.Line($"add chain {script._table} {port.Chain}");
        script.Line($"add rule {script._table} services ip daddr . meta l4proto . th dport vmap @service-ips");
        script.Line($"add rule {script._table} services fib daddr type local ip daddr != 127.0.0.0/8 meta l4proto . th dport vmap @node-ports");
        script.Line($"add rule {script._table} refuse fib daddr type local return");
        script.Line($"add rule {script._table} refuse meta l4proto tcp reject with tcp reset");
        script.Line($"add rule {script._table} refuse reject with icmp type port-unreachable");
        script.Line($"add rule {script._table} nat-prerouting jump services");
        script.Line($"add rule {script._table} nat-output jump services");
        script.Line($"add rule {script._table} filter-forward ip daddr {range} jump refuse");
        script.Line($"add rule {script._table} filter-output ip daddr {range} jump refuse");
        script.Line($"add rule {script._table} nat-postrouting ip saddr . ip daddr @hairpin masquerade");
        script.Line($"add rule {script._table} nat-postrouting ct status dnat ct original ip daddr {range} ip saddr != {pods} masquerade");
        script.Line($"add rule {script._table} nat-postrouting ct status dnat ip daddr {pods} ip saddr != {pods} masquerade");
        script.Line($"add rule {script._table} nat-postrouting ip saddr {pods} ip daddr != {{ {pods}, {range} }} masquerade");
        foreach (var port in services.Ports.Values)
            script.Rule(port);
        script.Elements("add", "hairpin", services.EndpointAddresses.Select(Hairpin));
        script.Elements("add", "service-ips", services.Ports.Values.Select(AddressElement));
        script.Elements("add", "node-ports", services.Ports.Values.Where(port => port.NodePort is not null).Select(NodePortElement));
        return script._text.ToString();
    }

    /// <summary>Changes a table only where two states differ.</summary>
    /// <returns>The script, or the empty string when nothing differs.</returns>
    public static string Change(ServiceProxyOptions options, ServiceTable old, ServiceTable now)
    {
        var script = new NftScript(options.Table);
        var gone = old.Ports.Values.Where(port => !now.Ports.ContainsKey(port.Chain)).ToList();
        var made = now.Ports.Values.Where(port => !old.Ports.ContainsKey(port.Chain)).ToList();
        var changed = now.Ports.Values.Where(port => old.Ports.TryGetValue(port.Chain, out var before) && !before.Equals(port)).ToList();
        var moved = changed.Where(port => !SameAddress(old.Ports[port.Chain], port)).ToList();

        // What points at a chain goes before the chain does, and the other way round.
        var leaving = gone.Concat(moved.Select(port => old.Ports[port.Chain])).ToList();
        script.Elements("delete", "service-ips", leaving.Select(AddressKey));
        script.Elements("delete", "node-ports", leaving.Where(port => port.NodePort is not null).Select(NodePortKey));
        foreach (var port in gone)
        {
            script.Line($"flush chain {script._table} {port.Chain}");
            script.Line($"delete chain {script._table} {port.Chain}");
        }
        foreach (var port in made)
        {
            script.Line($"add chain {script._table} {port.Chain}");
            script.Rule(port);
        }
        foreach (var port in changed)
        {
            script.Line($"flush chain {script._table} {port.Chain}");
            script.Rule(port);
        }
        var arriving = made.Concat(moved).ToList();
        script.Elements("add", "service-ips", arriving.Select(AddressElement));
        script.Elements("add", "node-ports", arriving.Where(port => port.NodePort is not null).Select(NodePortElement));
        script.Elements("delete", "hairpin", old.EndpointAddresses.Except(now.EndpointAddresses).Select(Hairpin));
        script.Elements("add", "hairpin", now.EndpointAddresses.Except(old.EndpointAddresses).Select(Hairpin));
        return script._text.ToString();
    }

    private static bool SameAddress(ServicePort one, ServicePort other) =>
        one.ClusterAddress.Equals(other.ClusterAddress) && one.Port == other.Port && one.NodePort == other.NodePort;

    // The `meta l4proto` is required: nft refuses a port in a dnat map without it.
    // Affinity is by hash of the client's address: stateless, and a change of the endpoints may move clients, which a service without a session store must bear anyway.
    private void Rule(ServicePort port)
    {
        var protocol = ProtocolName(port.Protocol);
        var count = port.Endpoints.Count;
        _text.Append(CultureInfo.InvariantCulture, $"add rule {_table} {port.Chain} meta l4proto {protocol} dnat to ");
        if (count == 1)
        {
            _text.Append(CultureInfo.InvariantCulture, $"{port.Endpoints[0]}\n");
            return;
        }
        _text.Append(port.ClientAffinity ? "jhash ip saddr" : "numgen random").Append(CultureInfo.InvariantCulture, $" mod {count}");
        if (port.ClientAffinity)
            _text.Append(" seed 0x706f7274");
        _text.Append(" map { ");
        for (var i = 0; i < count; i++)
            _text.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? "" : ", ")}{i} : {port.Endpoints[i].Address} . {port.Endpoints[i].Port}");
        _text.Append(" }\n");
    }

    private void Elements(string verb, string set, IEnumerable<string> elements)
    {
        foreach (var part in elements.Order(StringComparer.Ordinal).Chunk(ElementsALine))
            Line($"{verb} element {_table} {set} {{ {string.Join(", ", part)} }}");
    }

    private void Line(string line) => _text.Append(line).Append('\n');

    private static string Hairpin(IPAddress address) => $"{address} . {address}";

    private static string AddressKey(ServicePort port) => $"{port.ClusterAddress} . {ProtocolName(port.Protocol)} . {port.Port}";

    private static string AddressElement(ServicePort port) => $"{AddressKey(port)} : goto {port.Chain}";

    private static string NodePortKey(ServicePort port) => $"{ProtocolName(port.Protocol)} . {port.NodePort}";

    private static string NodePortElement(ServicePort port) => $"{NodePortKey(port)} : goto {port.Chain}";

    private static string ProtocolName(TransportProtocol protocol) => protocol == TransportProtocol.Tcp ? "tcp" : "udp";
}
