using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s.Models;
using Kube.Network.Ingress.Certificates;
using Kube.Network.Ingress.Configuration;
using Kube.Network.Ingress.Forwarding;
using Kube.Network.Objects;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Kube.Tests.Network;

public sealed class Ingress_picks_endpoints_and_certificates
{
    private static IngressEndpoint[] Endpoints(int count) =>
        [.. Enumerable.Range(1, count).Select(i => new IngressEndpoint(new EndpointAddress(new IPAddress([10, 244, 0, (byte)i]), 80)))];

    [Fact]
    public void A_busy_endpoint_gets_less()
    {
        var endpoints = Endpoints(2);
        for (var i = 0; i < 10; i++)
            endpoints[0].Enter();
        var random = new Random(1);
        var chosen = Enumerable.Range(0, 1000).Count(_ => EndpointChoice.Choose(endpoints, null, 0, random) == endpoints[0]);
        Assert.InRange(chosen, 150, 350);
    }

    [Fact]
    public void A_suspect_is_avoided_while_others_exist()
    {
        var endpoints = Endpoints(2);
        endpoints[0].Suspect(until: 100);
        var random = new Random(1);
        Assert.All(Enumerable.Range(0, 100), _ => Assert.Same(endpoints[1], EndpointChoice.Choose(endpoints, null, 50, random)));
        Assert.Same(endpoints[0], EndpointChoice.Choose([endpoints[0]], null, 50, random));
        Assert.Contains(endpoints[0], Enumerable.Range(0, 100).Select(_ => EndpointChoice.Choose(endpoints, null, 101, random)));
    }

    [Fact]
    public void None_is_tried_twice()
    {
        var endpoints = Endpoints(3);
        var tried = new List<IngressEndpoint>();
        while (EndpointChoice.Choose(endpoints, tried, 0, new Random(7)) is { } next)
            tried.Add(next);
        Assert.Equal(endpoints.OrderBy(e => e.Address), tried.OrderBy(e => e.Address));
        Assert.Null(EndpointChoice.Choose([], null, 0, new Random(7)));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(30, 30)]
    [InlineData(100, 100)]
    public void A_canary_gets_its_share_of_the_requests(int weight, int share)
    {
        var (first, second) = (Endpoints(2), Endpoints(1));
        var route = new IngressRoute("", PathMatch.Prefix, "a", "main", "a/web:80", first, second, weight);
        Assert.Equal(share, Enumerable.Range(0, 100).Count(dice => ReferenceEquals(second, route.Side(dice))));
        Assert.Same(first, (route with { CanaryEndpoints = [] }).Side(0));
        Assert.Same(second, (route with { Endpoints = [] }).Side(99));
    }

    [Fact]
    public void A_host_gets_the_certificate_of_its_own_namespace()
    {
        using var store = new CertificateStore(TimeProvider.System, NullLogger<CertificateStore>.Instance);
        var configuration = new IngressConfiguration(
            [new IngressHost("a.example.com", "a", "tls", []), new IngressHost("*.b.example.com", "b", "tls", []), new IngressHost("c.example.com", "c", "tls", [])], [], []);
        store.Update(configuration, [Secret("a", "CN=a"), Secret("b", "CN=b"), new V1Secret { Type = "kubernetes.io/tls", Metadata = new V1ObjectMeta { Name = "tls", NamespaceProperty = "c" }, Data = new Dictionary<string, byte[]> { ["tls.crt"] = [1], ["tls.key"] = [2] } }]);
        Assert.Equal("CN=a", store.Select("A.example.com").TargetCertificate.Subject);
        Assert.Equal("CN=b", store.Select("x.b.example.com").TargetCertificate.Subject);
        var fallback = store.Select(null).TargetCertificate;
        Assert.Same(fallback, store.Select("c.example.com").TargetCertificate);
        Assert.Same(fallback, store.Select("x.y.b.example.com").TargetCertificate);
        Assert.Same(fallback, store.Select("unknown").TargetCertificate);
    }

    [Theory]
    [InlineData("Shop.Example.COM.", "shop.example.com")]
    [InlineData("*.example.com", "*.example.com")]
    [InlineData("bücher.example", "xn--bcher-kva.example")]
    [InlineData("", "")]
    [InlineData(null, "")]
    [InlineData("10.0.0.1", null)]
    [InlineData("a..b", null)]
    [InlineData("a b", null)]
    [InlineData("*", null)]
    [InlineData("a.*.b", null)]
    [InlineData("exa_mple.com/x", null)]
    public void A_host_has_one_spelling(string? host, string? expected) => Assert.Equal(expected, HostName.Normalize(host));

    private static V1Secret Secret(string ns, string subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest(subject, key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        return new V1Secret
        {
            Type = "kubernetes.io/tls",
            Metadata = new V1ObjectMeta { Name = "tls", NamespaceProperty = ns, ResourceVersion = "1" },
            Data = new Dictionary<string, byte[]> { ["tls.crt"] = Encoding.UTF8.GetBytes(certificate.ExportCertificatePem()), ["tls.key"] = Encoding.UTF8.GetBytes(key.ExportPkcs8PrivateKeyPem()) },
        };
    }
}
