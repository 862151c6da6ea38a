using Microsoft.AspNetCore.Http;

namespace Kube.ApiServer.Http;

/// <summary>Writes a list as a frame around objects that are already bytes: nothing is parsed or encoded again.</summary>
internal static class ListWriter
{
    /// <summary>Sends a list.</summary>
    /// <param name="http">The exchange.</param>
    /// <param name="kind">Kind of the list.</param>
    /// <param name="apiVersion">Version of the list.</param>
    /// <param name="items">The objects, each as UTF-8 JSON.</param>
    /// <param name="metadata">Where the list stands.</param>
    public static Task WriteAsync(HttpContext http, string kind, string apiVersion, IReadOnlyList<ReadOnlyMemory<byte>> items, ListMetadata metadata)
    {
        http.Response.StatusCode = 200;
        http.Response.ContentType = "application/json";
        http.Response.Headers.CacheControl = "no-cache, private";
        var body = new ListBody(Head(kind, apiVersion, metadata), items);
        return Replies.SendAsync(http, body.Length, body.Fill);
    }

    private static byte[] Head(string kind, string apiVersion, ListMetadata metadata) => Replies.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("kind", kind);
        writer.WriteString("apiVersion", apiVersion);
        metadata.WriteTo(writer);
        writer.WriteStartArray("items");
    });
}
