using System.Text;
using k8s.Models;
using Kube.Machinery.Schema;
using Xunit;

namespace Kube.Tests.Schema;

public sealed class DocumentReaderTests
{
    private static readonly SchemaType Deployment = ModelSchemas.For(typeof(V1Deployment));

    [Fact]
    public void Unknown_and_duplicate_fields_are_reported_with_their_path_and_dropped()
    {
        var report = new DecodeReport();
        var document = Read("""{"spec":{"replicas":1,"replicas":2,"foo":{"x":[1]},"template":{"spec":{"containers":[{"name":"a","imag":"x"}]}}}}""", report);
        Assert.Equal(["duplicate field \"spec.replicas\"", "unknown field \"spec.foo\"", "unknown field \"spec.template.spec.containers[0].imag\""], report.Problems);
        Assert.Equal("""{"spec":{"replicas":2,"template":{"spec":{"containers":[{"name":"a"}]}}}}""", document);
    }

    [Fact]
    public void Nulls_vanish_and_quantities_become_canonical()
    {
        var document = Read("""{"metadata":{"creationTimestamp":null},"spec":{"template":{"spec":{"containers":[{"resources":{"requests":{"cpu":0.5,"memory":"1024Mi"}}}]}}}}""", new DecodeReport());
        Assert.Equal("""{"metadata":{},"spec":{"template":{"spec":{"containers":[{"resources":{"requests":{"cpu":"500m","memory":"1Gi"}}}]}}}}""", document);
    }

    [Theory]
    [InlineData("""{"spec":{"replicas":"two"}}""", "json: cannot unmarshal string into Go struct field spec.replicas of type int32")]
    [InlineData("""{"spec":{"replicas":99999999999}}""", "json: cannot unmarshal number 99999999999 into Go struct field spec.replicas of type int32")]
    [InlineData("""{"spec":[]}""", "json: cannot unmarshal array into Go struct field spec of type v1.DeploymentSpec")]
    [InlineData("""[1]""", "the document is not a JSON object")]
    [InlineData("""{"spec":{}} x""", "invalid JSON")]
    [InlineData("""{"spec":""", "invalid JSON")]
    public void A_wrong_type_is_refused_with_its_field(string json, string message) =>
        Assert.StartsWith(message, Assert.Throws<DecodeException>(() => Read(json, new DecodeReport())).Message, StringComparison.Ordinal);

    [Fact]
    public void Times_have_one_form_so_that_a_read_and_write_back_is_no_change() =>
        Assert.Equal(
            """{"metadata":{"creationTimestamp":"2026-11-25T00:31:05Z"}}""",
            Read("""{"metadata":{"creationTimestamp":"2026-11-25T01:31:05.123456+01:00"}}""", new DecodeReport()));

    [Fact]
    public void A_deep_document_is_refused_and_not_a_crash() =>
        Assert.Throws<DecodeException>(() => DocumentReader.Read(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 100_000)))));

    private static string Read(string json, DecodeReport report) => DocumentReader.Read(Encoding.UTF8.GetBytes(json), Deployment, report).ToJsonString();
}
