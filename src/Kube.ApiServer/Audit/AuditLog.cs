using System.Buffers;
using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Threading.Channels;
using Kube.ApiServer.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kube.ApiServer.Audit;

/// <summary>
/// Writes the audit log beside the requests: they hand over an entry and go on. When the disk does not keep up, entries are dropped, counted, and the
/// gap is noted in the log itself; a request never waits.
/// </summary>
internal sealed class AuditLog(ApiServerOptions options, TimeProvider time, ILogger<AuditLog> logger) : BackgroundService
{
    private const int QueueLength = 20_000;
    private const int FlushBytes = 256 * 1024;
    private const int LongestText = 2048;
    private static readonly Meter Meter = new("Kube.ApiServer.Audit");
    private static readonly Counter<long> Lost = Meter.CreateCounter<long>("kube.apiserver.audit.dropped", description: "Audit entries that were not written.");
    private readonly Channel<AuditEntry> _queue = Channel.CreateBounded<AuditEntry>(new BoundedChannelOptions(QueueLength) { SingleReader = true });
    private long _dropped;

    public bool IsOn => options.AuditLogPath.Length > 0;

    /// <summary>A record for a request that just came.</summary>
    public RequestRecord Begin(HttpContext http)
    {
        var id = http.Request.Headers["Audit-ID"].ToString();
        if (id.Length is 0 or > 64 || id.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '-'))
            id = Guid.NewGuid().ToString();
        http.Response.Headers["Audit-Id"] = id;
        return new RequestRecord(id, time.GetUtcNow());
    }

    /// <summary>Notes that a long request has begun.</summary>
    public void Started(HttpContext http, RequestRecord record)
    {
        if (IsOn && record.Attributes is { } attributes && AuditPolicy.IsLong(attributes) && AuditPolicy.Holds(record, 200))
            Enqueue(http, record, "ResponseStarted", 200);
    }

    /// <summary>Notes that a request is over.</summary>
    public void Completed(HttpContext http, RequestRecord record)
    {
        var code = http.Response.StatusCode;
        if (IsOn && AuditPolicy.Holds(record, code))
            Enqueue(http, record, "ResponseComplete", code);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!IsOn)
            return;
        using var file = new RotatingFile(options.AuditLogPath, options.AuditLogMaxBytes, options.AuditLogMaxFiles);
        var buffer = new ArrayBufferWriter<byte>(FlushBytes);
        using var writer = new Utf8JsonWriter(buffer, JsonText.Writing);
        try
        {
            while (await _queue.Reader.WaitToReadAsync(stoppingToken).ConfigureAwait(false))
                await DrainAsync(file, buffer, writer).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What has been asked for until now is still written.
            await DrainAsync(file, buffer, writer).ConfigureAwait(false);
        }
    }

    private async ValueTask DrainAsync(RotatingFile file, ArrayBufferWriter<byte> buffer, Utf8JsonWriter writer)
    {
        buffer.ResetWrittenCount();
        while (buffer.WrittenCount < FlushBytes && _queue.Reader.TryRead(out var entry))
        {
            writer.Reset(buffer);
            entry.WriteTo(writer);
            writer.Flush();
            buffer.Write("\n"u8);
        }

        if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var lost)
            buffer.Write(JsonSerializer.SerializeToUtf8Bytes(new { kind = "Event", apiVersion = "audit.k8s.io/v1", level = "None", stage = "Panic", annotations = new { dropped = $"{lost}" } }).AsSpan());
        if (buffer.WrittenCount > 0 && buffer.WrittenSpan[^1] != (byte)'\n')
            buffer.Write("\n"u8);
        try
        {
            await file.WriteAsync(buffer.WrittenMemory).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.AuditLogFailed(logger, options.AuditLogPath, e);
        }
    }

    private void Enqueue(HttpContext http, RequestRecord record, string stage, int code)
    {
        var uri = Short(http.Request.Path.Value + http.Request.QueryString.Value);
        var entry = new AuditEntry(record, stage, uri, http.Connection.RemoteIpAddress?.ToString() ?? "", Short(http.Request.Headers.UserAgent.ToString()), code, time.GetUtcNow());
        if (_queue.Writer.TryWrite(entry))
            return;
        Interlocked.Increment(ref _dropped);
        Lost.Add(1);
    }

    private static string Short(string text) => text.Length <= LongestText ? text : text[..LongestText];
}
