using System.Collections.Immutable;
using CsCheck;
using Portal.Core;
using Portal.Core.Apps;

namespace Portal.Tests.Core;

/// <summary>Generated and ready-made declarations.</summary>
internal static class Some
{
    public static IDeclarations Declarations { get; } = new Declarations(new PortalCoreOptions());

    private static readonly Gen<string> Name = Gen.String[Gen.Char['a', 'z'], 1, 12];
    private static readonly Gen<string> Variable = Gen.String[Gen.Char['A', 'Z'], 1, 12];
    private static readonly Gen<string> Anything = Gen.OneOf(
        Gen.String[Gen.OneOf(Gen.Char[' ', '~'], Of('\n', '\t', '\r', '"', '\\', '\u0001', '\u007f', '\u0085', '\u2028', '\ufeff', 'é', '漢')), 0, 30],
        Of("", " ", "true", "null", "~", "0x1F", "1e3", "- a", "a: b", "#c", "'", "\"", "|", ">", "&a", "*a", "!t", "%", "@", "`", "---", "2026-01-01", "yes", "👍"));
    private static readonly Gen<string> Image = Of("nginx", "nginx:1.27", "localhost/portal/hello:1", "registry.example.com:5000/a/b_c/d-e:v1.2-x", "a/b@sha256:" + new string('a', 64));

    private static readonly Gen<ProcessSpec> Process = Gen.Select(
        Gen.Int[1, 65535].Nullable(), Gen.Int[0, 100].Nullable(), Of<string?>(null, "tiny", "small", "xlarge"), Anything.Where(a => a.Length > 0).Array[0, 3],
        (port, replicas, size, command) => new ProcessSpec
        {
            Port = port,
            Replicas = replicas,
            Size = size,
            Command = [.. command],
            Health = port is not null && replicas is not null ? new() { Path = "/healthz" } : null,
        });

    private static readonly Gen<ImmutableSortedDictionary<string, ProcessSpec>> Processes = Gen.Dictionary(Name.Where(n => n.Length <= 12), Process)[1, 3]
        .Select(d => d.ToImmutableSortedDictionary(p => p.Key, p => p.Key == "web" && p.Value.Port is null ? p.Value with { Port = 80 } : p.Value, StringComparer.Ordinal));

    private static readonly Gen<ImmutableSortedDictionary<string, string>> Env = Gen.Dictionary(Variable, Anything)[0, 4]
        .Select(d => d.ToImmutableSortedDictionary(StringComparer.Ordinal));

    public static Gen<AppDeclaration> Declaration { get; } = Gen.Select(Name, Image, Processes, Env, Gen.Dictionary(Name, Gen.Select(Image, Env))[0, 2], (name, image, processes, env, environments) => new AppDeclaration
    {
        Metadata = new() { Team = "acme", Name = name },
        Spec = new() { Image = image, Processes = processes, Env = env },
        Environments = environments.ToImmutableSortedDictionary(e => e.Key, e => new EnvironmentOverride { Image = e.Value.Item1, Env = e.Value.Item2, Domains = [] }, StringComparer.Ordinal),
    });

    private static Gen<T> Of<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);
}
