using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Core.Apps;
using Portal.Core.Compile;
using Xunit;

namespace Portal.Tests.Core;

public sealed class The_compiler
{
    private static readonly string Golden = Path.Combine(Path.GetDirectoryName(Here())!, "Golden");

    public static TheoryData<string> Cases => [.. Directory.GetDirectories(Golden).Select(path => Path.GetFileName(path)!).Order()];

    /// <summary>Set PORTAL_GOLDEN=write to write out.yaml anew; then read the difference.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Makes_the_objects_of_the_golden_folder(string name)
    {
        var (input, output) = (Path.Combine(Golden, name, "in.yaml"), Path.Combine(Golden, name, "out.yaml"));
        var actual = Compile(File.ReadAllText(input), "production");
        if (Environment.GetEnvironmentVariable("PORTAL_GOLDEN") == "write") File.WriteAllText(output, actual);
        Assert.Equal(File.ReadAllText(output), actual);
    }

    [Fact]
    public void Is_a_function_of_its_input()
    {
        var text = File.ReadAllText(Path.Combine(Golden, "everything", "in.yaml"));
        Assert.Equal(Compile(text, "production"), Compile(text, "production"));
        Assert.NotEqual(Compile(text, "production"), Compile(text, "staging"));
    }

    private static string Compile(string yaml, string environment)
    {
        var declaration = Some.Declarations.ParseYaml(yaml).Value!;
        var spec = declaration.In(environment);
        var objects = Compiler.Compile(new()
        {
            Team = "acme",
            Project = "shop",
            Environment = environment,
            Namespace = $"shop-{environment}-0a1b2c3d",
            App = declaration.Metadata.Name,
            Release = 7,
            InstanceRelease = 5,
            Spec = spec,
            Host = $"{declaration.Metadata.Name}-{environment}-shop.apps.localhost",
            SecretVersions = SecretVersions(spec),
            SecretValues = SecretVersions(spec).ToImmutable(v => new Sensitive($"value {v}")),
            Claims = spec.Volumes.ToImmutableSortedDictionary(v => v.Key, v => $"{declaration.Metadata.Name}-{v.Key}-0123abcd", StringComparer.Ordinal),
            Ports = ImmutableSortedDictionary<string, int>.Empty.Add("db.main", 5432).Add("api.web", 80),
        });
        var text = new StringBuilder();
        foreach (var item in objects) text.Append("---\n").Append(DeclarationYaml.Write(JsonNode.Parse(item.Body.ToJsonString())!));
        return text.ToString();
    }

    private static ImmutableSortedDictionary<string, int> SecretVersions(AppSpec spec) =>
        ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, spec.Secrets
            .Concat(spec.Domains.Where(host => host.StartsWith("secure.", StringComparison.Ordinal)).Select(SecretNames.Certificate)).Select((name, index) => KeyValuePair.Create(name, index + 1)));

    private static string Here([CallerFilePath] string path = "") => path;
}
