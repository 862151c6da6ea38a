using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace Kube.ApiServer.Http;

/// <summary>Compresses large answers for clients that accept it, at the level that costs least.</summary>
internal static class Compression
{
    // Below this, as in Kubernetes, compressing takes longer than sending.
    private const long From = 128 * 1024;

    // How much of an answer is tried to learn how it compresses.
    private const int SampleBytes = 32 * 1024;

    private static readonly ZLibCompressionOptions Cheap = new() { CompressionLevel = 1 };

    // For data whose repetitions are not worth the search for them, such as encoded keys and certificates: half the time, and no larger.
    private static readonly ZLibCompressionOptions Cheapest = new() { CompressionLevel = 1, CompressionStrategy = ZLibCompressionStrategy.HuffmanOnly };

    /// <summary>Whether an answer of a length is sent compressed.</summary>
    public static bool Applies(HttpContext http, long length) => length > From && HttpMethods.IsGet(http.Request.Method) && Accepts(http.Request);

    /// <summary>Announces gzip and sends an answer.</summary>
    public static Task SendAsync(HttpContext http, BodySource source)
    {
        http.Response.Headers.ContentEncoding = "gzip";
        http.Response.Headers.Vary = "Accept-Encoding";
        return GzipBlocks.WriteAsync(http.Response.BodyWriter, source, beginning => Repeats(beginning) ? Cheap : Cheapest, http.RequestAborted);
    }

    private static bool Repeats(ReadOnlySpan<byte> beginning)
    {
        var sample = beginning[..Math.Min(beginning.Length, SampleBytes)];
        using var packed = new MemoryStream(sample.Length);
        using (var deflate = new DeflateStream(packed, Cheap, leaveOpen: true))
            deflate.Write(sample);
        return packed.Length < sample.Length / 2;
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
