using System.Globalization;
using k8s.Models;
using Kube.Network.Objects;

namespace Kube.Network.Ingress.Configuration;

/// <summary>
/// Compiles Ingresses, Services and EndpointSlices to the ingress's configuration. Pure.
/// A host belongs to the namespace whose Ingress claimed it first; claims of other namespaces are reported and have no effect.
/// </summary>
internal sealed class IngressCompiler
{
    private const string ClassAnnotation = "kubernetes.io/ingress.class";

    // An Ingress with these adds no rule of its own: it takes a share of another one's of the same host and path, as
    // https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#canary describes it.
    private const string CanaryAnnotation = "nginx.ingress.kubernetes.io/canary";
    private const string WeightAnnotation = "nginx.ingress.kubernetes.io/canary-weight";

    private readonly Dictionary<string, Draft> _hosts = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, IngressBackend> _backends = new(StringComparer.Ordinal);
    private readonly List<HostConflict> _conflicts = [];
    private readonly Dictionary<(string, string), V1Service> _services;
    private readonly EndpointIndex _endpoints;

    private IngressCompiler(IEnumerable<V1Service> services, IEnumerable<V1EndpointSlice> slices)
    {
        _services = services.ToDictionary(service => (service.Metadata.NamespaceProperty, service.Metadata.Name));
        _endpoints = new EndpointIndex(slices);
    }

    /// <summary>Compiles.</summary>
    public static IngressConfiguration Compile(string className, IEnumerable<V1Ingress> ingresses, IEnumerable<V1Service> services, IEnumerable<V1EndpointSlice> slices)
    {
        var compiler = new IngressCompiler(services, slices);
        var mine = ingresses.Where(ingress => IsOfClass(ingress, className))
            .OrderBy(ingress => ingress.Metadata.CreationTimestamp)
            .ThenBy(ingress => ingress.Metadata.NamespaceProperty, StringComparer.Ordinal)
            .ThenBy(ingress => ingress.Metadata.Name, StringComparer.Ordinal)
            .ToList();
        foreach (var ingress in mine.Where(ingress => !IsCanary(ingress)))
            compiler.Add(ingress);
        foreach (var ingress in mine.Where(ingress => !IsCanary(ingress)))
            compiler.AddTls(ingress);
        foreach (var ingress in mine.Where(IsCanary))
            compiler.AddCanary(ingress);
        var hosts = compiler._hosts.OrderBy(host => host.Key, StringComparer.Ordinal)
            .Select(host => new IngressHost(host.Key, host.Value.Namespace, host.Value.TlsSecret, host.Value.InOrder()));
        return new IngressConfiguration([.. hosts], [.. compiler._backends.Values], compiler._conflicts);
    }

    /// <summary>Whether an Ingress is served by the class.</summary>
    public static bool IsOfClass(V1Ingress ingress, string className) =>
        (ingress.Spec?.IngressClassName ?? (ingress.Metadata.Annotations?.TryGetValue(ClassAnnotation, out var annotated) == true ? annotated : null)) == className;

    private void Add(V1Ingress ingress)
    {
        var rules = ingress.Spec?.Rules ?? [];
        foreach (var rule in rules)
        {
            if (Claim(ingress, rule.Host) is not { } draft)
                continue;
            // A rule without paths sends the whole host to the default backend.
            foreach (var path in rule.Http?.Paths ?? [])
            {
                if (Backend(ingress, path.Backend) is not { } backend)
                    continue;
                // ImplementationSpecific is a prefix here.
                var match = path.PathType == "Exact" ? PathMatch.Exact : PathMatch.Prefix;
                draft.Paths.TryAdd((string.IsNullOrEmpty(path.Path) ? "/" : path.Path, match), new PathTarget(ingress.Metadata.Name, backend));
            }
        }
        if (ingress.Spec?.DefaultBackend is not { } fallback || Backend(ingress, fallback) is not { } name)
            return;
        // With rules, the default backend serves what their hosts leave open, not the hosts of others; without rules, it serves every host nobody claimed.
        var hosts = rules.Count == 0 ? [""] : rules.Select(rule => HostName.Normalize(rule.Host)).OfType<string>().Distinct();
        foreach (var host in hosts)
        {
            if (rules.Count == 0 ? Claim(ingress, host) is { } draft : _hosts.TryGetValue(host, out draft) && draft.Namespace == ingress.Metadata.NamespaceProperty)
                draft.Fallback ??= new PathTarget(ingress.Metadata.Name, name);
        }
    }

    private static bool IsCanary(V1Ingress ingress) => ingress.Metadata.Annotations?.TryGetValue(CanaryAnnotation, out var canary) == true && canary == "true";

    private void AddCanary(V1Ingress ingress)
    {
        if (!ingress.Metadata.Annotations.TryGetValue(WeightAnnotation, out var text) || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var weight) || weight == 0)
            return;
        foreach (var rule in ingress.Spec?.Rules ?? [])
        {
            if (HostName.Normalize(rule.Host) is not { } host || !_hosts.TryGetValue(host, out var draft) || draft.Namespace != ingress.Metadata.NamespaceProperty)
                continue;
            foreach (var path in rule.Http?.Paths ?? [])
            {
                var key = (string.IsNullOrEmpty(path.Path) ? "/" : path.Path, path.PathType == "Exact" ? PathMatch.Exact : PathMatch.Prefix);
                if (draft.Paths.TryGetValue(key, out var target) && target.Canary is null && Backend(ingress, path.Backend) is { } backend)
                    draft.Paths[key] = target with { Canary = new IngressCanary(backend, Math.Min(weight, 100)) };
            }
        }
    }

    private Draft? Claim(V1Ingress ingress, string? wanted)
    {
        if (HostName.Normalize(wanted) is not { } host)
            return null;
        if (!_hosts.TryGetValue(host, out var draft))
            _hosts[host] = draft = new Draft(ingress.Metadata.NamespaceProperty);
        if (draft.Namespace == ingress.Metadata.NamespaceProperty)
            return draft;
        var conflict = new HostConflict(ingress.Metadata.NamespaceProperty, ingress.Metadata.Name, host);
        if (!_conflicts.Contains(conflict))
            _conflicts.Add(conflict);
        return null;
    }

    private void AddTls(V1Ingress ingress)
    {
        foreach (var tls in ingress.Spec?.Tls ?? [])
        {
            if (string.IsNullOrEmpty(tls.SecretName))
                continue;
            var hosts = tls.Hosts is { Count: > 0 } named ? named : ingress.Spec!.Rules?.Select(rule => rule.Host) ?? [];
            foreach (var host in hosts.Select(HostName.Normalize).OfType<string>())
            {
                if (_hosts.TryGetValue(host, out var draft) && draft.Namespace == ingress.Metadata.NamespaceProperty)
                    draft.TlsSecret ??= tls.SecretName;
            }
        }
    }

    private string? Backend(V1Ingress ingress, V1IngressBackend? backend)
    {
        if (backend?.Service is not { Name: { } service, Port: { } port })
            return null;
        var ns = ingress.Metadata.NamespaceProperty;
        var name = $"{ns}/{service}:{(string.IsNullOrEmpty(port.Name) ? port.Number : port.Name)}";
        if (!_backends.ContainsKey(name))
        {
            var target = _services.GetValueOrDefault((ns, service))?.Spec?.Ports?
                .FirstOrDefault(candidate => string.IsNullOrEmpty(port.Name) ? candidate.Port == port.Number : candidate.Name == port.Name);
            _backends[name] = new IngressBackend(name, target is null ? [] : _endpoints.Ready(ns, service, target.Name, target.Protocol ?? "TCP"));
        }
        return name;
    }

    private sealed record PathTarget(string Ingress, string Backend, IngressCanary? Canary = null);

    private sealed class Draft(string ns)
    {
        public string Namespace { get; } = ns;

        public Dictionary<(string Path, PathMatch Match), PathTarget> Paths { get; } = [];

        public PathTarget? Fallback { get; set; }

        public string? TlsSecret { get; set; }

        // The longest path first; of two equal ones the exact rule.
        public List<IngressPath> InOrder()
        {
            var ordered = Paths.Select(path => new IngressPath(path.Key.Path, path.Key.Match, path.Value.Ingress, path.Value.Backend, path.Value.Canary))
                .OrderByDescending(path => path.Path.TrimEnd('/').Length).ThenBy(path => path.Match).ThenBy(path => path.Path, StringComparer.Ordinal).ToList();
            if (Fallback is not null && !Paths.ContainsKey(("/", PathMatch.Prefix)))
                ordered.Add(new IngressPath("/", PathMatch.Prefix, Fallback.Ingress, Fallback.Backend));
            return ordered;
        }
    }
}
