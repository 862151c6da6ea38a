using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Kube.ApiServer.Discovery;
using Kube.ApiServer.Http;
using Kube.ApiServer.Registry;
using Microsoft.AspNetCore.Http;

namespace Kube.ApiServer.Schema;

/// <summary>
/// Serves <c>/openapi/v3</c> and one document a group and version. kubectl reads there whether the server validates fields itself, and <c>kubectl explain</c>
/// the descriptions. Documents are built when first asked for and kept compressed. <c>/openapi/v2</c> is not served; clients then use their built-in types.
/// </summary>
internal sealed class OpenApiHandler(ResourceCatalog catalog, ModelDescriptions descriptions)
{
    private readonly ConcurrentDictionary<string, byte[]> _documents = new(StringComparer.Ordinal);

    public async Task<bool> TryHandleAsync(HttpContext http, string path)
    {
        if (path is "/openapi/v3" or "/openapi/v3/")
        {
            await Replies.JsonAsync(http, 200, Replies.Write(WriteIndex)).ConfigureAwait(false);
            return true;
        }

        const string prefix = "/openapi/v3/";
        if (!path.StartsWith(prefix, StringComparison.Ordinal))
            return false;
        var groupVersion = path[prefix.Length..].Trim('/');
        var kinds = Kinds().Where(k => PathOf(k) == groupVersion).ToArray();
        if (kinds.Length == 0)
            return false;
        var packed = _documents.GetOrAdd(groupVersion, _ => Pack(new OpenApiDocument(kinds, descriptions).ToUtf8()));
        http.Response.Headers.ETag = $"\"{HashOf(kinds)}\"";
        if (http.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.Ordinal))
        {
            http.Response.Headers.ContentEncoding = "gzip";
            await Replies.JsonAsync(http, 200, packed).ConfigureAwait(false);
        }
        else
        {
            await Replies.JsonAsync(http, 200, Unpack(packed)).ConfigureAwait(false);
        }

        return true;
    }

    private static string PathOf(ResourceKind kind) => kind.Gvk.Group.Length == 0 ? $"api/{kind.Gvk.Version}" : $"apis/{kind.Gvk.ApiVersion}";

    // The schema changes with the server's own build only.
    private static string HashOf(IEnumerable<ResourceKind> kinds)
    {
        var identity = string.Join('|', kinds.Select(k => k.Gvk.ToString())) + typeof(OpenApiHandler).Module.ModuleVersionId.ToString("N", CultureInfo.InvariantCulture);
        return Convert.ToHexString(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(identity)));
    }

    private static byte[] Pack(byte[] document)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(document);
        return buffer.ToArray();
    }

    private static byte[] Unpack(byte[] packed)
    {
        using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var buffer = new MemoryStream();
        gzip.CopyTo(buffer);
        return buffer.ToArray();
    }

    private IEnumerable<ResourceKind> Kinds() => catalog.Kinds.Concat(ReviewKinds.All);

    private void WriteIndex(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("paths");
        foreach (var group in Kinds().GroupBy(PathOf))
        {
            writer.WriteStartObject(group.Key);
            writer.WriteString("serverRelativeURL", $"/openapi/v3/{group.Key}?hash={HashOf(group)}");
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
