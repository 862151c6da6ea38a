using System.Collections.Frozen;
using System.Net;
using k8s.Models;
using Kube.Network.Objects;

namespace Kube.Network.Dns;

/// <summary>The cluster's names at one moment: `service.namespace.svc.DOMAIN`, headless services as all their ready addresses, their pods by hostname.</summary>
internal sealed class DnsZone
{
    private readonly FrozenDictionary<string, IReadOnlyList<IPAddress>> _addresses;
    private readonly FrozenDictionary<IPAddress, string> _names;

    private DnsZone(string domain, Dictionary<string, IReadOnlyList<IPAddress>> addresses, Dictionary<IPAddress, string> names)
    {
        Domain = domain;
        _addresses = addresses.ToFrozenDictionary(StringComparer.Ordinal);
        _names = names.ToFrozenDictionary();
    }

    /// <summary>The domain, lower case.</summary>
    public string Domain { get; }

    /// <summary>Compiles a zone. Pure.</summary>
    public static DnsZone Compile(string domain, IEnumerable<V1Service> services, IEnumerable<V1EndpointSlice> slices)
    {
        domain = domain.ToLowerInvariant();
        var endpoints = new EndpointIndex(slices);
        var addresses = new Dictionary<string, IReadOnlyList<IPAddress>>(StringComparer.Ordinal) { [domain] = [], [$"svc.{domain}"] = [] };
        var names = new Dictionary<IPAddress, string>();
        foreach (var service in services.Where(service => service.Spec is { Type: not "ExternalName" }))
        {
            // The levels between exist too: a resolver that is told "no such name" for them may stop asking below.
            addresses.TryAdd($"{service.Metadata.NamespaceProperty}.svc.{domain}", []);
            var name = $"{service.Metadata.Name}.{service.Metadata.NamespaceProperty}.svc.{domain}";
            if (IPAddress.TryParse(service.Spec.ClusterIP, out var address))
            {
                addresses[name] = [address];
                names[address] = name;
                continue;
            }
            var pods = endpoints.ReadyAddresses(service.Metadata.NamespaceProperty, service.Metadata.Name).ToList();
            addresses[name] = [.. pods.Select(pod => pod.Address).Distinct()];
            foreach (var pod in pods.Where(pod => !string.IsNullOrEmpty(pod.Hostname)).GroupBy(pod => pod.Hostname!, StringComparer.Ordinal))
            {
                addresses[$"{pod.Key}.{name}"] = [.. pod.Select(p => p.Address).Distinct()];
                foreach (var (podAddress, _) in pod)
                    names.TryAdd(podAddress, $"{pod.Key}.{name}");
            }
        }
        return new DnsZone(domain, addresses, names);
    }

    /// <summary>Whether a name is this zone's to answer.</summary>
    public static bool Covers(string domain, string name) =>
        name.EndsWith(domain, StringComparison.OrdinalIgnoreCase) && (name.Length == domain.Length || name[^(domain.Length + 1)] == '.');

    /// <summary>The addresses of a name; an empty list when the name exists without any, null when it does not exist.</summary>
    public IReadOnlyList<IPAddress>? Addresses(string name) => _addresses.GetValueOrDefault(name);

    /// <summary>The name of an address, or null.</summary>
    public string? Name(IPAddress address) => _names.GetValueOrDefault(address);

    /// <summary>Reads the address out of a reverse name such as <c>10.0.96.10.in-addr.arpa</c>.</summary>
    public static bool TryReverse(string name, out IPAddress address)
    {
        const string suffix = ".in-addr.arpa";
        address = IPAddress.None;
        if (!name.EndsWith(suffix, StringComparison.Ordinal))
            return false;
        var parts = name[..^suffix.Length].Split('.');
        Span<byte> bytes = stackalloc byte[4];
        if (parts.Length != 4)
            return false;
        for (var i = 0; i < 4; i++)
        {
            if (!byte.TryParse(parts[3 - i], System.Globalization.NumberStyles.None, null, out bytes[i]))
                return false;
        }
        address = new IPAddress(bytes);
        return true;
    }
}
