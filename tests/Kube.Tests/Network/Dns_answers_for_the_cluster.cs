using System.Buffers.Binary;
using System.Net;
using System.Text;
using CsCheck;
using k8s.Models;
using Kube.Network.Dns;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Kube.Tests.Network;

public sealed class Dns_answers_for_the_cluster
{
    private static readonly KubeDnsOptions Options = new() { Listen = new IPEndPoint(IPAddress.Loopback, 0), ClusterRanges = [IPNetwork.Parse("10.96.0.0/12")] };

    [Fact]
    public void A_service_has_its_address()
    {
        var answer = Ask("Web.Shop.svc.cluster.LOCAL", DnsQuestion.A);
        Assert.Equal(0, Code(answer));
        Assert.Equal(1, Answers(answer));
        Assert.Equal("10.96.0.20", new IPAddress(answer.AsSpan()[^4..]).ToString());
        Assert.Contains("Web", Encoding.ASCII.GetString(answer), StringComparison.Ordinal);
    }

    [Fact]
    public void A_headless_service_has_its_ready_pods_and_their_hostnames()
    {
        Assert.Equal(2, Answers(Ask("db.shop.svc.cluster.local", DnsQuestion.A)));
        var one = Ask("db-0.db.shop.svc.cluster.local", DnsQuestion.A);
        Assert.Equal("10.244.0.5", new IPAddress(one.AsSpan()[^4..]).ToString());
    }

    [Theory]
    [InlineData("web.shop.svc.cluster.local", (ushort)28, 0)]
    [InlineData("shop.svc.cluster.local", DnsQuestion.A, 0)]
    [InlineData("svc.cluster.local", DnsQuestion.A, 0)]
    [InlineData("missing.shop.svc.cluster.local", DnsQuestion.A, 3)]
    [InlineData("web.other.svc.cluster.local", (ushort)28, 3)]
    public void What_exists_without_records_is_told_from_what_does_not_exist(string name, ushort type, int code)
    {
        var answer = Ask(name, type);
        Assert.Equal(code, Code(answer));
        Assert.Equal(0, Answers(answer));
        Assert.Equal(1, BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(8)));
    }

    [Fact]
    public void An_address_has_its_name()
    {
        var answer = Ask("20.0.96.10.in-addr.arpa", DnsQuestion.Ptr);
        Assert.Equal(1, Answers(answer));
        Assert.Contains("shop", Encoding.ASCII.GetString(answer), StringComparison.Ordinal);
        Assert.Equal(3, Code(Ask("99.0.96.10.in-addr.arpa", DnsQuestion.Ptr)));
    }

    [Theory]
    [InlineData("example.com")]
    [InlineData("notcluster.local")]
    [InlineData("1.0.0.127.in-addr.arpa")]
    public void What_is_not_the_clusters_is_not_answered_here(string name)
    {
        Assert.True(DnsQuestion.TryRead(Query(name, DnsQuestion.Ptr), out var question));
        Assert.Null(Resolver().TryAnswerHere(question, 512));
    }

    [Fact]
    public void Before_the_services_are_known_the_answer_is_ask_again()
    {
        var resolver = Resolver();
        resolver.Zone = null;
        Assert.True(DnsQuestion.TryRead(Query("web.shop.svc.cluster.local", DnsQuestion.A), out var question));
        Assert.Equal(2, Code(resolver.TryAnswerHere(question, 512)!));
    }

    [Fact]
    public void Too_many_addresses_for_udp_are_cut_and_marked()
    {
        var addresses = Enumerable.Range(1, 100).Select(i => new IPAddress([10, 0, 0, (byte)i])).ToList();
        Assert.True(DnsQuestion.TryRead(Query("x.y", DnsQuestion.A), out var question));
        var cut = DnsAnswer.Addresses(question, addresses, 5, DnsAnswer.UdpLimit);
        Assert.True(cut.Length <= 512);
        Assert.NotEqual(0, cut[2] & 0x02);
        var whole = DnsAnswer.Addresses(question, addresses, 5, ushort.MaxValue);
        Assert.Equal(100, Answers(whole));
        Assert.Equal(0, whole[2] & 0x02);
    }

    [Fact]
    public void No_packet_whatever_breaks_the_reader() =>
        Gen.Byte.Array[0, 600].Sample(packet =>
        {
            if (DnsQuestion.TryRead(packet, out var question))
                Resolver().TryAnswerHere(question, 512);
        });

    [Fact]
    public void Answers_and_other_than_one_question_are_not_answered()
    {
        var response = Query("a.b", 1);
        response[2] |= 0x80;
        Assert.False(DnsQuestion.TryRead(response, out _));
        var two = Query("a.b", 1);
        two[5] = 2;
        Assert.False(DnsQuestion.TryRead(two, out _));
    }

    private static byte[] Ask(string name, ushort type)
    {
        Assert.True(DnsQuestion.TryRead(Query(name, type), out var question));
        return Resolver().TryAnswerHere(question, 512)!;
    }

    private static int Code(byte[] answer) => answer[3] & 0x0F;

    private static int Answers(byte[] answer) => BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(6));

    private static DnsResolver Resolver() => new(Options, new DnsForwarder(Options, TimeProvider.System), NullLogger<DnsResolver>.Instance)
    {
        Zone = DnsZone.Compile("cluster.local", [Service("web", "10.96.0.20"), Service("db", "None")], [Pods("db", ("10.244.0.5", "db-0", true), ("10.244.0.6", null, true), ("10.244.0.7", null, false))]),
    };

    private static byte[] Query(string name, ushort type) => [0x12, 0x34, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0, .. DnsAnswer.Encode(name), (byte)(type >> 8), (byte)type, 0, 1];

    private static V1Service Service(string name, string address) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "shop" },
        Spec = new V1ServiceSpec { ClusterIP = address, Ports = [new V1ServicePort { Port = 80 }] },
    };

    private static V1EndpointSlice Pods(string service, params (string Address, string? Hostname, bool Ready)[] pods) => new()
    {
        AddressType = "IPv4",
        Metadata = new V1ObjectMeta { Name = service, NamespaceProperty = "shop", Labels = new Dictionary<string, string> { ["kubernetes.io/service-name"] = service } },
        Ports = [new Discoveryv1EndpointPort { Port = 80 }],
        Endpoints = [.. pods.Select(pod => new V1Endpoint { Addresses = [pod.Address], Hostname = pod.Hostname, Conditions = new V1EndpointConditions { Ready = pod.Ready } })],
    };
}
