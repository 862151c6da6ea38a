using System.Buffers.Binary;
using System.Text;

namespace Kube.Machinery.Spdy;

/// <summary>The text both ends of a SPDY/3 connection start their header compression from (section 2.6.10.1 of the SPDY/3 draft).</summary>
internal static class SpdyDictionary
{
    /// <summary>Adler-32 of <see cref="Bytes"/>: how the zlib header names the dictionary.</summary>
    public const uint Id = 0xE3C6A7C2;

    private const string Names =
        "options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow authorization cache-control connection "
        + "content-base content-encoding content-language content-length content-location content-md5 content-range content-type date etag expect expires from host "
        + "if-match if-modified-since if-none-match if-range if-unmodified-since last-modified location max-forwards pragma proxy-authenticate proxy-authorization "
        + "range referer retry-after server te trailer transfer-encoding upgrade user-agent vary via warning www-authenticate method get status 200_OK version HTTP/1.1 "
        + "url public set-cookie keep-alive origin";

    private const string Values =
        "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505203 Non-Authoritative Information204 No Content301 Moved Permanently"
        + "400 Bad Request401 Unauthorized403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented503 Service Unavailable"
        + "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMT"
        + "chunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,publicprivatemax-age=gzip,deflate,sdch"
        + "charset=utf-8charset=iso-8859-1,utf-,*,enq=0.";

    public static byte[] Bytes { get; } = Build();

    // Each name goes in as it does in a header block: after its length in four bytes.
    private static byte[] Build()
    {
        using var built = new MemoryStream();
        Span<byte> length = stackalloc byte[4];
        foreach (var word in Names.Split(' '))
        {
            BinaryPrimitives.WriteInt32BigEndian(length, word.Length);
            built.Write(length);
            built.Write(Encoding.ASCII.GetBytes(word.Replace('_', ' ')));
        }

        built.Write(Encoding.ASCII.GetBytes(Values));
        return built.ToArray();
    }
}
