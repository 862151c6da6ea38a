using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Kube.ApiServer.Http;

/// <summary>Answers with an entity tag, and with 304 when the client has the document already (RFC 9110, section 13).</summary>
internal static class ConditionalReply
{
    public static async Task SendAsync(HttpContext http, byte[] body, string contentType)
    {
        if (!IsKnown(http, Convert.ToHexString(SHA256.HashData(body))))
            await Replies.JsonAsync(http, 200, body, contentType).ConfigureAwait(false);
    }

    /// <summary>Sets the tag; true when the answer is 304 and complete.</summary>
    public static bool IsKnown(HttpContext http, string hash)
    {
        var tag = $"\"{hash}\"";
        http.Response.Headers.ETag = tag;
        if (!http.Request.Headers.IfNoneMatch.SelectMany(v => (v ?? "").Split(',')).Select(v => v.Trim()).Any(v => v == tag || v == "W/" + tag))
            return false;
        http.Response.StatusCode = 304;
        return true;
    }
}
