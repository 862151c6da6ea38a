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

    private static readonly Gen<ProcessSpec> Staying = Gen.Select(
        Gen.Int[1, 65535].Nullable(), Gen.Int[0, 100].Nullable(), Of<string?>(null, "tiny", "small", "xlarge"), Anything.Where(a => a.Length > 0).Array[0, 3],
        (port, replicas, size, command) => new ProcessSpec
        {
            Port = port,
            Replicas = replicas,
            Size = size,
            Command = [.. command],
            Health = port is not null && replicas is not null ? new() { Path = "/healthz", StartPeriod = replicas, Restart = replicas % 2 == 0 ? true : null } : null,
        });

    private static readonly Gen<ProcessSpec> Scaled = Gen.Select(Gen.Int[1, 50], Gen.Int[0, 50], Gen.Int[1, 100].Nullable(), Anything.Where(a => a.Length > 0).Array[1, 2], (min, more, memory, command) => new ProcessSpec
    {
        Autoscale = new() { Min = min, Max = min + more, Cpu = memory is null ? 70 : null, Memory = memory },
        Health = new() { Command = [.. command], Interval = min, Timeout = Math.Min(60, min) },
    });

    private static readonly Gen<ProcessSpec> Mounting = Gen.Select(Of("/data", "/var/lib/a_b/c.d"), Of<bool?>(true, false, null), (path, restart) => new ProcessSpec
    {
        Mounts = ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal).Add("data", path),
        Health = new() { Tcp = 5432, Restart = restart },
    });

    private static readonly Gen<ProcessSpec> Cron = Gen.Select(
        Of("* * * * *", "30 2 * * *", "*/15 0-6 1,15 jan-mar sun", "@daily"), Of<string?>(null, "UTC", "Europe/Zurich"), Of<string?>(null, "forbid", "allow", "replace"),
        (schedule, zone, overlap) => new ProcessSpec { Schedule = schedule, TimeZone = zone, Overlap = overlap });

    private static readonly Gen<ProcessSpec> Process = Gen.OneOf(Staying, Scaled, Cron);

    private static readonly Gen<RolloutSpec?> Rollout = Gen.Select(
        Of<string?>(null, "rolling", "recreate"), Gen.Int[0, 3600].Nullable(), Of<bool?>(null, true, false),
        (strategy, hold, recover) => strategy is null && hold is null && recover is null ? null : new RolloutSpec { Strategy = strategy, Hold = hold, Recover = recover });

    private static readonly Gen<ReleaseCommandSpec?> Release = Gen.Select(Anything.Where(a => a.Length > 0).Array[1, 3], Gen.Int[1, 3600].Nullable(), Gen.Bool, (command, timeout, none) =>
        none ? null : new ReleaseCommandSpec { Command = [.. command], Timeout = timeout });

    private static readonly Gen<ImmutableSortedDictionary<string, ProcessSpec>> Processes = Gen.Dictionary(Name.Where(n => n.Length <= 12), Process)[1, 3]
        .Select(d => d.ToImmutableSortedDictionary(p => p.Key, p => p.Key == "web" ? new ProcessSpec { Port = p.Value.Port ?? 80, Autoscale = p.Value.Autoscale } : p.Value, StringComparer.Ordinal));

    private static readonly Gen<AppSpec> Spec = Gen.Select(Image, Processes, Mounting.Null(), Rollout, Release, (image, processes, mounting, rollout, release) => new AppSpec
    {
        Image = image,
        Processes = mounting is null ? processes : processes.SetItem("stateful", mounting),
        Volumes = mounting is null ? ImmutableSortedDictionary<string, VolumeSpec>.Empty : ImmutableSortedDictionary<string, VolumeSpec>.Empty.Add("data", new() { Size = "10Gi" }),
        Rollout = rollout,
        Release = release,
    });

    private static readonly Gen<ImmutableSortedDictionary<string, string>> Env = Gen.Dictionary(Variable, Anything)[0, 4]
        .Select(d => d.ToImmutableSortedDictionary(StringComparer.Ordinal));

    public static Gen<AppDeclaration> Declaration { get; } = Gen.Select(Name, Spec, Env, Gen.Dictionary(Name, Gen.Select(Image, Env, Rollout, Release))[0, 2], (name, spec, env, environments) => new AppDeclaration
    {
        Metadata = new() { Team = "acme", Name = name },
        Spec = spec with { Env = env },
        Environments = environments.ToImmutableSortedDictionary(e => e.Key, e => new EnvironmentOverride { Image = e.Value.Item1, Env = e.Value.Item2, Rollout = e.Value.Item3, Release = e.Value.Item4, Domains = [] }, StringComparer.Ordinal),
    });

    private static Gen<T> Of<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);
}
