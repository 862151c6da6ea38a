using System.Collections.Immutable;

namespace Portal.Core.Apps;

/// <summary>Changes of one environment's part of a declaration. A change goes where the present value stands, so that it takes effect.</summary>
internal static class DeclarationChanges
{
    public static AppDeclaration WithReplicas(this AppDeclaration declaration, string environment, string process, int replicas)
    {
        var changes = Of(declaration, environment);
        var own = changes.Processes.GetValueOrDefault(process) ?? new();
        return With(declaration, environment, changes with { Processes = changes.Processes.SetItem(process, own with { Replicas = replicas, Autoscale = null }) });
    }

    public static AppDeclaration WithVariable(this AppDeclaration declaration, string environment, string name, string? value)
    {
        var changes = Of(declaration, environment);
        return value is not null
            ? With(declaration, environment, changes with { Env = changes.Env.SetItem(name, value) })
            // Overrides can add and replace but not take away: the base of this app's document loses the variable too.
            : With(declaration with { Spec = declaration.Spec with { Env = declaration.Spec.Env.Remove(name) } }, environment, changes with { Env = changes.Env.Remove(name) });
    }

    public static AppDeclaration WithImage(this AppDeclaration declaration, string environment, string image)
    {
        var changes = Of(declaration, environment);
        return changes.Image is null
            ? declaration with { Spec = declaration.Spec with { Image = image } }
            : With(declaration, environment, changes with { Image = image });
    }

    public static AppDeclaration WithSecrets(this AppDeclaration declaration, string environment, ImmutableArray<string> secrets)
    {
        var changes = Of(declaration, environment);
        return changes.Secrets is null
            ? declaration with { Spec = declaration.Spec with { Secrets = secrets } }
            : With(declaration, environment, changes with { Secrets = secrets });
    }

    public static AppDeclaration WithDomains(this AppDeclaration declaration, string environment, ImmutableArray<string> domains)
    {
        var changes = Of(declaration, environment);
        return changes.Domains is null
            ? declaration with { Spec = declaration.Spec with { Domains = domains } }
            : With(declaration, environment, changes with { Domains = domains });
    }

    private static EnvironmentOverride Of(AppDeclaration declaration, string environment) => declaration.Environments.GetValueOrDefault(environment) ?? new();

    private static AppDeclaration With(AppDeclaration declaration, string environment, EnvironmentOverride changes) =>
        declaration with { Environments = declaration.Environments.SetItem(environment, changes) };
}
