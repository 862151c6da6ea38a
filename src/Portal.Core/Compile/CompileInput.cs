using System.Collections.Immutable;
using Portal.Core.Apps;

namespace Portal.Core.Compile;

/// <summary>Everything the objects of an app follow from.</summary>
internal sealed record CompileInput
{
    public required string Team { get; init; }

    public required string Project { get; init; }

    public required string Environment { get; init; }

    public required string Namespace { get; init; }

    /// <summary>What the objects are called after: the app's workload, which is its first name.</summary>
    public required string App { get; init; }

    public required int Release { get; init; }

    /// <summary>The release since which instances have not had to be replaced.</summary>
    public required int InstanceRelease { get; init; }

    public required AppSpec Spec { get; init; }

    /// <summary>The default host.</summary>
    public required string Host { get; init; }

    /// <summary>The class of the ingress controller that is to serve the app; null for the cluster's default class.</summary>
    public string? IngressClass { get; init; } = Labels.Portal;

    public ImmutableSortedDictionary<string, int> SecretVersions { get; init; } = ImmutableSortedDictionary<string, int>.Empty;

    public ImmutableSortedDictionary<string, Sensitive> SecretValues { get; init; } = ImmutableSortedDictionary<string, Sensitive>.Empty;

    /// <summary>By name of a volume, the claim that stands for it. One that is not named gets the name of a volume that does not exist yet.</summary>
    public ImmutableSortedDictionary<string, string> Claims { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>By process, the instances an autoscaler has chosen; one that is not named begins with the least of its range.</summary>
    public ImmutableSortedDictionary<string, int> Scaled { get; init; } = ImmutableSortedDictionary<string, int>.Empty;

    /// <summary>The services of other apps that variables refer to: <c>app.process</c> to port; the host follows from the name.</summary>
    public ImmutableSortedDictionary<string, int> Ports { get; init; } = ImmutableSortedDictionary<string, int>.Empty;

    /// <summary>By name of an app that variables refer to, what its objects are called after; one that is not named is called after its name.</summary>
    public ImmutableSortedDictionary<string, string> Workloads { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The variables with references to other apps replaced by their service addresses.</summary>
    public ImmutableSortedDictionary<string, string> Env => AppReferences.Resolve(Spec.Env, Address);

    /// <summary>The domains that have a certificate, with its version.</summary>
    public IEnumerable<(string Host, string Key, int Version)> Certificates => SecretVersions
        .Where(secret => SecretNames.IsCertificate(secret.Key)).Select(secret => (SecretNames.HostOf(secret.Key), secret.Key, secret.Value));

    /// <summary>The secrets that are environment variables, with their versions.</summary>
    public IEnumerable<KeyValuePair<string, int>> Variables => SecretVersions.Where(secret => !SecretNames.IsCertificate(secret.Key));

    private string Address(AppReference reference)
    {
        var host = $"{ObjectNames.Service(Workloads.GetValueOrDefault(reference.App, reference.App), reference.Process)}.{Namespace}.svc.cluster.local";
        var port = Ports.GetValueOrDefault($"{reference.App}.{reference.Process}", 80);
        return reference.What switch
        {
            "host" => host,
            "port" => Names.Number(port),
            _ => port == 80 ? $"http://{host}" : $"http://{host}:{Names.Number(port)}",
        };
    }
}
