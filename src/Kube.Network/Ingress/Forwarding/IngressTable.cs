using System.Collections.Frozen;
using Kube.Network.Ingress.Configuration;
using Kube.Network.Objects;

namespace Kube.Network.Ingress.Forwarding;

/// <summary>An immutable table: host and path to endpoints. A request looks at one table only, so it never sees half a change.</summary>
internal sealed class IngressTable
{
    /// <summary>A table without hosts.</summary>
    public static readonly IngressTable Empty = Build(new IngressConfiguration([], [], []), null);

    private readonly FrozenDictionary<string, IngressRoute[]> _exact;
    private readonly FrozenDictionary<string, IngressRoute[]>.AlternateLookup<ReadOnlySpan<char>> _exactLookup;
    private readonly FrozenDictionary<string, IngressRoute[]>.AlternateLookup<ReadOnlySpan<char>> _wildcardLookup;
    private readonly IngressRoute[]? _anyHost;
    private readonly FrozenDictionary<EndpointAddress, IngressEndpoint> _endpoints;

    private IngressTable(Dictionary<string, IngressRoute[]> exact, Dictionary<string, IngressRoute[]> wildcard, IngressRoute[]? anyHost, Dictionary<EndpointAddress, IngressEndpoint> endpoints)
    {
        _exact = exact.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        _exactLookup = _exact.GetAlternateLookup<ReadOnlySpan<char>>();
        _wildcardLookup = wildcard.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
        _anyHost = anyHost;
        _endpoints = endpoints.ToFrozenDictionary();
    }

    /// <summary>Builds a table.</summary>
    /// <param name="configuration">What to serve.</param>
    /// <param name="previous">The table before, whose endpoints keep their running state.</param>
    public static IngressTable Build(IngressConfiguration configuration, IngressTable? previous)
    {
        var endpoints = new Dictionary<EndpointAddress, IngressEndpoint>();
        var backends = configuration.Backends.ToDictionary(backend => backend.Name, backend => backend.Endpoints.Select(Endpoint).ToArray(), StringComparer.Ordinal);
        var exact = new Dictionary<string, IngressRoute[]>(StringComparer.OrdinalIgnoreCase);
        var wildcard = new Dictionary<string, IngressRoute[]>(StringComparer.OrdinalIgnoreCase);
        IngressRoute[]? anyHost = null;
        foreach (var host in configuration.Hosts)
        {
            var routes = host.Paths.Select(path => new IngressRoute(
                path.Match == PathMatch.Prefix ? path.Path.TrimEnd('/') : path.Path, path.Match, host.Namespace, path.Ingress, path.Backend, backends[path.Backend],
                path.Canary is { } canary ? backends[canary.Backend] : [], path.Canary?.Weight ?? 0)).ToArray();
            if (host.Host.Length == 0)
                anyHost = routes;
            else if (host.Host.StartsWith("*.", StringComparison.Ordinal))
                wildcard[host.Host[2..]] = routes;
            else
                exact[host.Host] = routes;
        }
        return new IngressTable(exact, wildcard, anyHost, endpoints);

        IngressEndpoint Endpoint(EndpointAddress address)
        {
            if (!endpoints.TryGetValue(address, out var endpoint))
                endpoints[address] = endpoint = previous?._endpoints.GetValueOrDefault(address) ?? new IngressEndpoint(address);
            return endpoint;
        }
    }

    /// <summary>Finds the rule for a request: the exact host, else the wildcard over its parent, else the rules for any host; in it the first path that accepts.</summary>
    /// <param name="host">Host of the request without port.</param>
    /// <param name="path">Path of the request.</param>
    /// <param name="hostKnown">Whether anybody claims the host; tells "no such app" from "no such path".</param>
    public IngressRoute? Find(ReadOnlySpan<char> host, string path, out bool hostKnown)
    {
        if (host is [.., '.'])
            host = host[..^1];
        hostKnown = true;
        if (!_exactLookup.TryGetValue(host, out var routes))
        {
            var dot = host.IndexOf('.');
            if (dot <= 0 || !_wildcardLookup.TryGetValue(host[(dot + 1)..], out routes))
                routes = _anyHost;
        }
        if (routes is null)
        {
            hostKnown = false;
            return null;
        }
        foreach (var route in routes)
        {
            if (route.Accepts(path))
                return route;
        }
        return null;
    }
}
