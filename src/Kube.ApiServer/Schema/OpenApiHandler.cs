using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Kube.ApiServer.Discovery;
using Kube.ApiServer.Http;
using Kube.ApiServer.Registry;
using Kube.ApiServer.Registry.Custom;
using Kube.Machinery.Schema;
using Microsoft.AspNetCore.Http;

namespace Kube.ApiServer.Schema;

/// <summary>
/// Serves <c>/openapi/v3</c> with one document a group and version, and <c>/openapi/v2</c> with one of them all. kubectl reads there whether the server validates
/// fields itself, and <c>kubectl explain</c> the descriptions. Documents are built when first asked for and kept compressed until their kinds change.
/// </summary>
internal sealed class OpenApiHandler(ResourceCatalog catalog, OpenApiNames names, ModelDescriptions descriptions)
{
    private readonly ConcurrentDictionary<string, (string Hash, byte[] Packed)> _documents = new(StringComparer.Ordinal);

    public async Task<bool> TryHandleAsync(HttpContext http, string path)
    {
        if (path is "/openapi/v3" or "/openapi/v3/")
        {
            await ConditionalReply.SendAsync(http, Replies.Write(WriteIndex), "application/json").ConfigureAwait(false);
            return true;
        }

        if (path is "/openapi/v2")
        {
            await SendSecondAsync(http).ConfigureAwait(false);
            return true;
        }

        const string prefix = "/openapi/v3/";
        if (!path.StartsWith(prefix, StringComparison.Ordinal))
            return false;
        var groupVersion = path[prefix.Length..].Trim('/');
        var kinds = Kinds().Where(k => PathOf(k) == groupVersion).ToArray();
        if (kinds.Length == 0)
            return false;
        var hash = HashOf(kinds);
        if (http.Request.Query.TryGetValue("hash", out var asked) && asked.ToString() != hash)
        {
            // The client read an older index; the address with the right hash may be kept for ever.
            http.Response.Redirect(Address(groupVersion, hash), permanent: true);
            return true;
        }

        if (ConditionalReply.IsKnown(http, hash))
            return true;
        if (!_documents.TryGetValue(groupVersion, out var kept) || kept.Hash != hash)
            _documents[groupVersion] = kept = (hash, Pack(new OpenApiDocument(kinds, names, descriptions).ToUtf8()));
        await SendAsync(http, kept.Packed, "application/json", immutable: asked.Count > 0).ConfigureAwait(false);
        return true;
    }

    private async Task SendSecondAsync(HttpContext http)
    {
        var binary = http.Request.Headers.Accept.ToString().Contains("proto-openapi.spec.v2", StringComparison.Ordinal);
        var hash = HashOf(Kinds()) + (binary ? "-protobuf" : "");
        if (ConditionalReply.IsKnown(http, hash))
            return;
        var name = binary ? "v2 protobuf" : "v2";
        if (!_documents.TryGetValue(name, out var kept) || kept.Hash != hash)
        {
            var document = OpenApiV2.Of([.. Kinds().GroupBy(PathOf).Select(group => DocumentReader.Read(new OpenApiDocument([.. group], names, descriptions).ToUtf8()))]);
            _documents[name] = kept = (hash, Pack(binary ? OpenApiV2Protobuf.Encode(document) : Replies.Write(writer => document.WriteTo(writer))));
        }

        await SendAsync(http, kept.Packed, binary ? OpenApiV2Protobuf.MediaType : "application/json", immutable: false).ConfigureAwait(false);
    }

    private static async Task SendAsync(HttpContext http, byte[] packed, string type, bool immutable)
    {
        if (http.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.Ordinal))
            http.Response.Headers.ContentEncoding = "gzip";
        else
            packed = Unpack(packed);
        http.Response.Headers.Vary = "Accept-Encoding";
        http.Response.StatusCode = 200;
        http.Response.ContentType = type;
        http.Response.ContentLength = packed.Length;
        http.Response.Headers.CacheControl = immutable ? "public, immutable, max-age=31536000" : "no-cache, private";
        await http.Response.Body.WriteAsync(packed, http.RequestAborted).ConfigureAwait(false);
    }

    private static string PathOf(ResourceKind kind) => kind.Gvk.Group.Length == 0 ? $"api/{kind.Gvk.Version}" : $"apis/{kind.Gvk.ApiVersion}";

    private static string Address(string groupVersion, string hash) => $"/openapi/v3/{groupVersion}?hash={hash}";

    // Built-in schemas change with the server's own build only, custom ones with their definition.
    private static string HashOf(IEnumerable<ResourceKind> kinds)
    {
        var identity = new StringBuilder(typeof(OpenApiHandler).Module.ModuleVersionId.ToString("N", CultureInfo.InvariantCulture));
        foreach (var kind in kinds)
            identity.Append('|').Append(kind.Gvk).Append(kind is CustomResourceKind custom ? custom.Fingerprint : "");
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(identity.ToString())));
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
            writer.WriteString("serverRelativeURL", Address(group.Key, HashOf(group)));
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
