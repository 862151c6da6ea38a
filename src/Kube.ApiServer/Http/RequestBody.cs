using System.Buffers;
using System.Text.Json.Nodes;
using Kube.ApiServer.Http.Protobuf;
using Kube.ApiServer.Registry;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;
using Microsoft.AspNetCore.Http;

namespace Kube.ApiServer.Http;

/// <summary>Reads request bodies: JSON, YAML, or Kubernetes' protobuf envelope.</summary>
internal sealed class RequestBody(ApiServerOptions options, ProtobufDecoder protobuf)
{
    private const string MediaTypes = "application/json, application/yaml, application/vnd.kubernetes.protobuf";

    /// <summary>The raw bytes.</summary>
    public async ValueTask<byte[]> BytesAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var limit = options.MaxRequestBytes;
        if (request.ContentLength > limit)
            throw Refusal.TooLarge(limit);
        if (request.ContentLength is { } length)
        {
            var exact = new byte[length];
            await request.Body.ReadExactlyAsync(exact, cancellationToken).ConfigureAwait(false);
            return exact;
        }

        using var buffer = new MemoryStream();
        var chunk = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            int read;
            while ((read = await request.Body.ReadAsync(chunk, cancellationToken).ConfigureAwait(false)) > 0)
            {
                if (buffer.Length + read > limit)
                    throw Refusal.TooLarge(limit);
                buffer.Write(chunk, 0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }

        return buffer.ToArray();
    }

    /// <summary>An object of a kind, checked against its schema; unknown and duplicate fields are handled as <c>fieldValidation</c> asks.</summary>
    public async ValueTask<JsonObject> ObjectAsync(HttpContext http, GroupVersionKind gvk, SchemaType schema, CancellationToken cancellationToken)
    {
        var bytes = await BytesAsync(http.Request, cancellationToken).ConfigureAwait(false);
        var report = new DecodeReport();
        var json = ToJson(http.Request.ContentType, bytes, report);
        var document = Decode(json, gvk, schema, report);
        Judge(http, gvk, report);
        Identify(document, gvk);
        return document;
    }

    /// <summary>An optional object, such as DeleteOptions; null when the body is empty.</summary>
    public async ValueTask<JsonObject?> OptionalAsync(HttpContext http, SchemaType schema, CancellationToken cancellationToken)
    {
        var bytes = await BytesAsync(http.Request, cancellationToken).ConfigureAwait(false);
        if (bytes.Length == 0)
            return null;
        var report = new DecodeReport();
        return DocumentReader.Read(ToJson(http.Request.ContentType, bytes, report), schema, report);
    }

    /// <summary>Checks a patched document against the schema again, before it goes on.</summary>
    public static JsonObject Recheck(HttpContext http, JsonObject document, ResourceKind kind)
    {
        var report = new DecodeReport();
        var result = Decode(JsonText.ToUtf8(document), kind.Gvk, kind.Schema, report);
        Judge(http, kind.Gvk, report);
        Identify(result, kind.Gvk);
        return result;
    }

    public static void Judge(HttpContext http, GroupVersionKind gvk, DecodeReport report)
    {
        var mode = http.Request.Query["fieldValidation"].ToString();
        if (mode is not ("" or "Strict" or "Warn" or "Ignore"))
            throw Refusal.BadRequest($"fieldValidation: Unsupported value: \"{mode}\": supported values: \"Ignore\", \"Strict\", \"Warn\"");
        if (report.Problems.Count == 0 || mode == "Ignore")
            return;
        if (mode == "Strict")
            throw Refusal.BadRequest($"{gvk.Kind} in version \"{gvk.Version}\" cannot be handled as a {gvk.Kind}: strict decoding error: {string.Join(", ", report.Problems)}");
        if (!http.Response.HasStarted)
            Replies.Warn(http, report.Problems);
    }

    /// <summary>Any accepted body as JSON.</summary>
    public byte[] ToJson(string? contentType, byte[] bytes, DecodeReport report)
    {
        var type = (contentType ?? "application/json").Split(';')[0].Trim();
        switch (type)
        {
            case "application/json" or "":
                return bytes;
            case "application/yaml" or "application/apply-patch+yaml":
                return YamlText.ToJson(bytes, report);
            case "application/vnd.kubernetes.protobuf":
                return protobuf.ToJson(bytes);
            default:
                throw Refusal.UnsupportedMediaType(MediaTypes);
        }
    }

    private static JsonObject Decode(byte[] json, GroupVersionKind gvk, SchemaType schema, DecodeReport report)
    {
        try
        {
            return DocumentReader.Read(json, schema, report);
        }
        catch (DecodeException e)
        {
            throw Refusal.BadRequest($"{gvk.Kind} in version \"{gvk.Version}\" cannot be handled as a {gvk.Kind}: {e.Message}");
        }
    }

    private static void Identify(JsonObject document, GroupVersionKind gvk)
    {
        var apiVersion = document.Text("apiVersion");
        var kind = document.Text("kind");
        if ((!string.IsNullOrEmpty(apiVersion) && apiVersion != gvk.ApiVersion) || (!string.IsNullOrEmpty(kind) && kind != gvk.Kind))
            throw Refusal.BadRequest($"the API version in the data ({apiVersion}, Kind={kind}) does not match the expected API version ({gvk})");
        document["kind"] = gvk.Kind;
        document["apiVersion"] = gvk.ApiVersion;
    }
}
