using System.Text;
using Kube.ApiServer.Storage;
using Xunit;

namespace Kube.Tests.Storage;

public sealed class ObjectDocumentTests
{
    [Theory]
    [InlineData("""{"metadata":{"name":"x"}}""", """{"metadata":{"resourceVersion":"42","name":"x"}}""")]
    [InlineData("""{"spec":{"metadata":{"a":1}}, "metadata" : { "name":"x" }, "z":[1]}""", """{"spec":{"metadata":{"a":1}}, "metadata" : {"resourceVersion":"42", "name":"x" }, "z":[1]}""")]
    public void The_revision_goes_right_behind_the_brace_of_metadata(string json, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        Assert.Equal(expected, Encoding.UTF8.GetString(ObjectDocument.WithRevision(bytes, ObjectDocument.FindMetadata(bytes), 42)));
    }

    [Theory]
    [InlineData("""{"metadata":{}}""")]
    [InlineData("""{"metadata":null}""")]
    [InlineData("""{"spec":{"metadata":{"name":"x"}}}""")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("{\"metadata\":")]
    public void A_document_without_metadata_is_refused(string json) =>
        Assert.Throws<ArgumentException>(() => ObjectDocument.FindMetadata(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Labels_and_uid_are_read_from_metadata_only()
    {
        var json = """{"labels":{"a":"no"},"metadata":{"annotations":{"labels":"no"},"uid":"u-1","labels":{"app":"web","x\u002fy":"ä"}}}"""u8;
        Assert.Equal(new Dictionary<string, string> { ["app"] = "web", ["x/y"] = "ä" }, ObjectDocument.ReadLabels(json));
        Assert.Equal("u-1", ObjectDocument.ReadUid(json));
        Assert.Empty(ObjectDocument.ReadLabels("""{"metadata":{"name":"x"}}"""u8));
        Assert.Equal("", ObjectDocument.ReadUid("""{"metadata":{"name":"x"}}"""u8));
    }
}
