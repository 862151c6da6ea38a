using System.Globalization;
using System.Text.Json;

namespace Kube.ApiServer.Http;

/// <summary>The metadata of a list: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/list-meta/.</summary>
/// <param name="Revision">The revision shown.</param>
/// <param name="Continue">Token of the next page, or null on the last.</param>
/// <param name="Remaining">Objects behind this page; null when that would take counting.</param>
internal sealed record ListMetadata(long Revision, string? Continue, long? Remaining)
{
    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("metadata");
        writer.WriteString("resourceVersion", Revision.ToString(CultureInfo.InvariantCulture));
        if (Continue is not null)
            writer.WriteString("continue", Continue);
        if (Remaining is { } count)
            writer.WriteNumber("remainingItemCount", count);
        writer.WriteEndObject();
    }
}
