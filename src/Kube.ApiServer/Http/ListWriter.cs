using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Kube.ApiServer.Http;

/// <summary>Writes a list as a frame around objects that are already bytes: nothing is parsed or encoded again.</summary>
internal static class ListWriter
{
    // A list is streamed in pieces of about this many bytes.
    private const int FlushBytes = 128 * 1024;

    /// <summary>Sends a list.</summary>
    /// <param name="http">The exchange.</param>
    /// <param name="kind">Kind of the list.</param>
    /// <param name="apiVersion">Version of the list.</param>
    /// <param name="items">The objects, each as UTF-8 JSON.</param>
    /// <param name="metadata">Where the list stands.</param>
    public static async Task WriteAsync(HttpContext http, string kind, string apiVersion, IReadOnlyList<ReadOnlyMemory<byte>> items, ListMetadata metadata)
    {
        var head = Head(kind, apiVersion, metadata);
        long length = head.Length + 2 + Math.Max(0, items.Count - 1);
        foreach (var item in items)
            length += item.Length;
        http.Response.StatusCode = 200;
        http.Response.ContentType = "application/json";
        http.Response.Headers.CacheControl = "no-cache, private";
        if (Compression.Applies(http, length))
        {
            var buffer = new ArrayBufferWriter<byte>(FlushBytes * 2);
            buffer.Write(head);
            var next = 0;
            Fill(buffer, items, ref next);
            await using var gzip = Compression.Begin(http, buffer.WrittenSpan);
            while (next < items.Count)
            {
                await gzip.WriteAsync(buffer.WrittenMemory, http.RequestAborted).ConfigureAwait(false);
                buffer.ResetWrittenCount();
                Fill(buffer, items, ref next);
            }

            buffer.Write("]}"u8);
            await gzip.WriteAsync(buffer.WrittenMemory, http.RequestAborted).ConfigureAwait(false);
            return;
        }

        http.Response.ContentLength = length;
        var output = http.Response.BodyWriter;
        output.Write(head);
        for (var i = 0; i < items.Count; i++)
        {
            Add(output, items[i].Span, i);
            if (output.UnflushedBytes > FlushBytes)
                await output.FlushAsync(http.RequestAborted).ConfigureAwait(false);
        }

        output.Write("]}"u8);
        await output.FlushAsync(http.RequestAborted).ConfigureAwait(false);
    }

    private static void Fill(ArrayBufferWriter<byte> buffer, IReadOnlyList<ReadOnlyMemory<byte>> items, ref int next)
    {
        for (; next < items.Count && buffer.WrittenCount < FlushBytes; next++)
            Add(buffer, items[next].Span, next);
    }

    private static void Add(IBufferWriter<byte> output, ReadOnlySpan<byte> item, int index)
    {
        if (index > 0)
            output.Write(","u8);
        output.Write(item);
    }

    private static byte[] Head(string kind, string apiVersion, ListMetadata metadata)
    {
        var head = Replies.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("kind", kind);
            writer.WriteString("apiVersion", apiVersion);
            metadata.WriteTo(writer);
            writer.WriteStartArray("items");
        });
        return head;
    }
}
