using Microsoft.AspNetCore.Http;

namespace Kube.ApiServer.Http;

/// <summary>The form a client wants objects in.</summary>
internal enum OutputFormat
{
    /// <summary>The objects themselves.</summary>
    Object,

    /// <summary>A <c>meta.k8s.io/v1 Table</c>.</summary>
    Table,

    /// <summary>Only <c>metadata</c>: <c>PartialObjectMetadata</c>.</summary>
    Metadata,
}

/// <summary>Reads the Accept header.</summary>
internal static class OutputFormats
{
    /// <summary>The first form in the header that the server has. Everything is answered in JSON.</summary>
    public static OutputFormat Of(HttpRequest request)
    {
        var accept = request.Headers.Accept.ToString();
        if (accept.Length == 0)
            return OutputFormat.Object;
        foreach (var part in accept.Split(',', StringSplitOptions.TrimEntries))
        {
            var table = part.Contains("as=Table", StringComparison.Ordinal);
            var metadata = part.Contains("as=PartialObjectMetadata", StringComparison.Ordinal);
            if (!part.StartsWith("application/json", StringComparison.Ordinal) && !part.StartsWith("*/*", StringComparison.Ordinal) && !part.StartsWith("application/*", StringComparison.Ordinal))
                continue;
            if (table && part.Contains("v=v1beta1", StringComparison.Ordinal))
                continue;
            return table ? OutputFormat.Table : metadata ? OutputFormat.Metadata : OutputFormat.Object;
        }

        if (accept.Contains("application/vnd.kubernetes.protobuf", StringComparison.Ordinal) || accept.Contains("application/yaml", StringComparison.Ordinal) || accept.Contains("text/", StringComparison.Ordinal))
            return OutputFormat.Object;
        throw Refusal.NotAcceptable("application/json");
    }
}
