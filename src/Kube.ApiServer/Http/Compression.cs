using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace Kube.ApiServer.Http;

/// <summary>Compresses large answers for clients that accept it, at the level that costs least.</summary>
internal static class Compression
{
    // Below this, as in Kubernetes, compressing takes longer than sending.
    private const long From = 128 * 1024;

    private static readonly ZLibCompressionOptions Cheap = new() { CompressionLevel = 1 };

    /// <summary>Whether an answer of a length is sent compressed.</summary>
    public static bool Applies(HttpContext http, long length) => length > From && HttpMethods.IsGet(http.Request.Method) && Accepts(http.Request);

    /// <summary>Announces gzip and gives the stream to write to; dispose it to end the answer.</summary>
    public static Stream Begin(HttpContext http)
    {
        http.Response.Headers.ContentEncoding = "gzip";
        http.Response.Headers.Vary = "Accept-Encoding";
        return new GZipStream(http.Response.Body, Cheap, leaveOpen: true);
    }

    private static bool Accepts(HttpRequest request)
    {
        foreach (var part in request.Headers.AcceptEncoding.ToString().Split(',', StringSplitOptions.TrimEntries))
        {
            if (part.StartsWith("gzip", StringComparison.OrdinalIgnoreCase))
                return !part.Contains("q=0", StringComparison.Ordinal) || part.Contains("q=0.", StringComparison.Ordinal);
        }

        return false;
    }
}
