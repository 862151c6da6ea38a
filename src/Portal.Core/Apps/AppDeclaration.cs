using System.Collections.Immutable;

namespace Portal.Core.Apps;

/// <summary>
/// An app as its team declares it: <c>apiVersion: portal/v1</c>, <c>kind: App</c>. The form, the YAML file, REST and the command line all write this.
/// </summary>
public sealed record AppDeclaration
{
    /// <summary>Always <c>portal/v1</c>.</summary>
    public string ApiVersion { get; init; } = "portal/v1";

    /// <summary>Always <c>App</c>.</summary>
    public string Kind { get; init; } = "App";

    /// <summary>Which app this is.</summary>
    public required AppMetadata Metadata { get; init; }

    /// <summary>What holds in every environment.</summary>
    public required AppSpec Spec { get; init; }

    /// <summary>By environment name, what differs there.</summary>
    public ImmutableSortedDictionary<string, EnvironmentOverride> Environments { get; init; } = ImmutableSortedDictionary<string, EnvironmentOverride>.Empty;

    /// <summary>The spec that holds in an environment: the base with that environment's overrides laid over it.</summary>
    /// <param name="environment">The environment's name; one without overrides yields the base.</param>
    public AppSpec In(string environment) => Environments.TryGetValue(environment, out var changes) ? changes.Over(Spec) : Spec;
}
