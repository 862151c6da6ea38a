using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Client;
using Xunit;

namespace Kube.Tests.Machinery;

public sealed class WatchLinesTests
{
    [Theory]
    [InlineData("""{"type":"ADDED","object":{"metadata":{"name":"a","managedFields":[{"manager":"m","fieldsV1":{"f:x":{}}}],"uid":"u"},"spec":{}}}""")]
    [InlineData("""{"type":"ADDED","object":{"metadata":{"managedFields":[{"manager":"m"}],"name":"a"},"spec":{}}}""")]
    [InlineData("""{"type":"ADDED","object":{"metadata":{"name":"a","managedFields":[]},"spec":{}}}""")]
    [InlineData("""{"type":"ADDED","object":{"metadata":{"managedFields":[{"a":"\"}]"}]}}}""")]
    [InlineData("""{ "object" : { "spec":{"metadata":{"managedFields":[1]}}, "metadata" : { "managedFields" : [ ] , "name" : "a" } } , "type" : "ADDED" }""")]
    [InlineData("""{"type":"ADDED","object":{"kind":"Pod"}}""")]
    public void Field_ownership_is_cut_out_and_nothing_else(string line)
    {
        using var parsed = WatchLines.Parse(Bytes(line), omitManagedFields: true);
        var expected = JsonNode.Parse(line)!["object"]!;
        (expected["metadata"] as JsonObject)?.Remove("managedFields");
        Assert.Equal("ADDED", parsed.Type);
        Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(parsed.Object)), Encoding.UTF8.GetString(parsed.Object));
    }

    [Fact]
    public void It_is_kept_where_it_is_wanted()
    {
        using var parsed = WatchLines.Parse(Bytes("""{"type":"MODIFIED","object":{"metadata":{"name":"a","managedFields":[{"manager":"m"}]}}}"""), omitManagedFields: false);
        Assert.Equal("m", parsed.Read<V1Pod>().Metadata.ManagedFields[0].Manager);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"type":"ADDED"}""")]
    [InlineData("""{"type":"ADDED","object":{"metadata":{"managedFields":[""")]
    public void Half_a_line_is_refused(string line) => Assert.ThrowsAny<JsonException>(() => WatchLines.Parse(Bytes(line), omitManagedFields: true));

    [Fact]
    public async Task Lines_come_whole_however_the_stream_is_cut_and_empty_ones_not_at_all()
    {
        var text = string.Join('\n', Enumerable.Range(0, 50).Select(i => new string((char)('a' + (i % 26)), i * 397)));
        var read = new List<string>();
        await foreach (var line in WatchLines.ReadAsync(new Trickle(Encoding.UTF8.GetBytes(text + "\n\nlast")), TestContext.Current.CancellationToken))
            read.Add(Encoding.UTF8.GetString(line.ToArray()));
        Assert.Equal([.. text.Split('\n').Where(l => l.Length > 0), "last"], read);
    }

    private static ReadOnlySequence<byte> Bytes(string text) => new(Encoding.UTF8.GetBytes(text));

    /// <summary>Gives a prime number of bytes at a time.</summary>
    private sealed class Trickle(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => base.ReadAsync(buffer[..Math.Min(buffer.Length, 997)], cancellationToken);
    }
}
