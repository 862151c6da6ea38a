using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;

namespace Kube.ApiServer.Http;

/// <summary>Writes watch events into the response, in the form the client accepts.</summary>
internal sealed class WatchStream(ResourceRequest request, TableWriter tables)
{
    private const int FlushBytes = 64 * 1024;
    private readonly OutputFormat _format = OutputFormats.Of(request.Http.Request);
    private readonly PipeWriter _output = request.Http.Response.BodyWriter;

    public void Begin()
    {
        request.Http.Response.StatusCode = 200;
        request.Http.Response.ContentType = "application/json";
        request.Http.Response.Headers.CacheControl = "no-cache, private";
    }

    public void Event(string type, ReadOnlyMemory<byte> json)
    {
        json = request.Kind.Present(json);
        var body = _format switch
        {
            OutputFormat.Table => tables.One(request, json),
            OutputFormat.Metadata => TableWriter.Metadata(json),
            _ => json,
        };
        Line(type, body.Span);
    }

    public void Error(ApiStatus status) => Line("ERROR", status.ToUtf8());

    public void Bookmark(long revision, string? annotation = null)
    {
        var version = revision.ToString(CultureInfo.InvariantCulture);
        var annotations = annotation is null ? "" : $",\"annotations\":{{\"{annotation}\":\"true\"}}";
        var (kind, apiVersion) = _format switch
        {
            OutputFormat.Metadata => ("PartialObjectMetadata", "meta.k8s.io/v1"),
            _ => (request.Kind.Gvk.Kind, request.Kind.Gvk.ApiVersion),
        };
        var row = $"{{\"kind\":\"{kind}\",\"apiVersion\":\"{apiVersion}\",\"metadata\":{{\"resourceVersion\":\"{version}\",\"creationTimestamp\":null{annotations}}}}}";
        if (_format == OutputFormat.Table)
            row = $"{{\"kind\":\"Table\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":{{\"resourceVersion\":\"{version}\"}},\"columnDefinitions\":[],\"rows\":[{{\"cells\":[],\"object\":{row}}}]}}";
        Line("BOOKMARK", Encoding.UTF8.GetBytes(row));
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken) => await _output.FlushAsync(cancellationToken).ConfigureAwait(false);

    public ValueTask FlushIfFullAsync(CancellationToken cancellationToken) => _output.UnflushedBytes > FlushBytes ? FlushAsync(cancellationToken) : ValueTask.CompletedTask;

    public ValueTask FlushIfAnyAsync(CancellationToken cancellationToken) => _output.UnflushedBytes > 0 ? FlushAsync(cancellationToken) : ValueTask.CompletedTask;

    private void Line(string type, ReadOnlySpan<byte> body)
    {
        _output.Write("{\"type\":\""u8);
        _output.Write(Encoding.ASCII.GetBytes(type));
        _output.Write("\",\"object\":"u8);
        _output.Write(body);
        _output.Write("}\n"u8);
    }
}
