using System.IO.Compression;
using System.Text;
using Kube.ApiServer.Http;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Kube.Tests.Http;

public sealed class CompressionTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_list_arrives_whole_whether_or_not_its_objects_repeat_themselves(bool repeating)
    {
        var random = new Random(3);
        var noise = new byte[600];
        var items = new List<ReadOnlyMemory<byte>>();
        for (var i = 0; i < 700; i++)
        {
            if (!repeating)
                random.NextBytes(noise);
            items.Add(Encoding.UTF8.GetBytes($$"""{"name":"n{{i}}","data":"{{Convert.ToBase64String(noise)}}"}"""));
        }

        var plain = await SendAsync(items, "identity");
        var packed = await SendAsync(items, "gzip");
        Assert.True(plain.Length > packed.Length);
        using var unpacked = new MemoryStream();
        await using (var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress))
            await gzip.CopyToAsync(unpacked, TestContext.Current.CancellationToken);
        Assert.Equal(plain, unpacked.ToArray());
    }

    [Fact]
    public async Task Little_is_sent_as_it_is()
    {
        var body = await SendAsync([Encoding.UTF8.GetBytes("""{"name":"n"}""")], "gzip");
        Assert.StartsWith("""{"kind":"PodList","apiVersion":"v1",""", Encoding.UTF8.GetString(body), StringComparison.Ordinal);
    }

    private static async Task<byte[]> SendAsync(List<ReadOnlyMemory<byte>> items, string encoding)
    {
        using var body = new MemoryStream();
        var http = new DefaultHttpContext { Response = { Body = body } };
        http.Request.Method = "GET";
        http.Request.Headers.AcceptEncoding = encoding;
        await ListWriter.WriteAsync(http, "PodList", "v1", items, new ListMetadata(5, null, null));
        return body.ToArray();
    }
}
