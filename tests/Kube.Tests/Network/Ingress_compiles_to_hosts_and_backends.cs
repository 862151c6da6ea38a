using System.Text.Json;
using System.Text.Json.Serialization;
using k8s.Models;
using Kube.Network.Ingress.Configuration;
using Kube.Network.Ingress.Forwarding;
using Xunit;

namespace Kube.Tests.Network;

public sealed class Ingress_compiles_to_hosts_and_backends
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Converters = { new JsonStringEnumConverter() } };

    public static TheoryData<string> Cases => [.. GoldenCase.Names("ingress")];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Case(string name)
    {
        var golden = new GoldenCase("ingress", name);
        golden.Expect("out.json", Text(Compile(golden)));
    }

    [Fact]
    public void Order_of_the_objects_does_not_matter()
    {
        foreach (var name in GoldenCase.Names("ingress"))
        {
            var golden = new GoldenCase("ingress", name);
            var objects = golden.Objects("in.yaml").Reverse().ToList();
            golden.Expect("out.json", Text(IngressCompiler.Compile("portal", objects.OfType<V1Ingress>(), objects.OfType<V1Service>(), objects.OfType<V1EndpointSlice>())));
        }
    }

    [Fact]
    public void All_cases_are_there() => Assert.Equal(10, GoldenCase.Names("ingress").Count());

    [Theory]
    [InlineData("shop.example.com", "/", "web")]
    [InlineData("SHOP.example.com.", "/", "web")]
    [InlineData("shop.example.com", "/api", "api")]
    [InlineData("shop.example.com", "/api/v1", "api")]
    [InlineData("shop.example.com", "/apix", "web")]
    [InlineData("shop.example.com", "/API", "web")]
    [InlineData("shop.example.com", "/api/exact", "exact")]
    [InlineData("shop.example.com", "/api/exact/more", "api")]
    [InlineData("shop.example.com", "/deep/er/x", "deeper")]
    [InlineData("shop.example.com", "/deep", "deep")]
    public void A_path_goes_to_the_longest_rule(string host, string path, string expected)
    {
        var table = IngressTable.Build(Compile(new GoldenCase("ingress", "path-order")), null);
        Assert.Equal($"shop/{expected}:80", table.Find(host, path, out _)?.Backend);
    }

    [Theory]
    [InlineData("a.example.com", "team-a/a:80")]
    [InlineData("other.example.com", "team-a/wild:80")]
    [InlineData("two.labels.example.com", null)]
    [InlineData("example.com", null)]
    [InlineData(".example.com", null)]
    [InlineData("", null)]
    [InlineData("unknown.org", null)]
    public void A_wildcard_stands_for_one_label(string host, string? expected)
    {
        var table = IngressTable.Build(Compile(new GoldenCase("ingress", "exact-and-wildcard-hosts")), null);
        Assert.Equal(expected, table.Find(host, "/", out var known)?.Backend);
        Assert.Equal(expected is not null, known);
    }

    [Fact]
    public void Endpoints_keep_their_state_when_the_table_changes()
    {
        var golden = new GoldenCase("ingress", "path-order");
        var first = IngressTable.Build(Compile(golden), null);
        var endpoint = first.Find("shop.example.com", "/", out _)!.Endpoints[0];
        endpoint.Enter();
        var second = IngressTable.Build(Compile(golden), first);
        Assert.Same(endpoint, second.Find("shop.example.com", "/", out _)!.Endpoints[0]);
        Assert.Equal(1, second.Find("shop.example.com", "/", out _)!.Endpoints[0].Requests);
    }

    private static string Text(IngressConfiguration configuration) => JsonSerializer.Serialize(
        new
        {
            configuration.Hosts,
            Backends = configuration.Backends.ToDictionary(backend => backend.Name, backend => backend.Endpoints.Select(endpoint => endpoint.ToString())),
            configuration.Conflicts,
        }, Json);

    private static IngressConfiguration Compile(GoldenCase golden)
    {
        var objects = golden.Objects("in.yaml");
        return IngressCompiler.Compile("portal", objects.OfType<V1Ingress>(), objects.OfType<V1Service>(), objects.OfType<V1EndpointSlice>());
    }
}
