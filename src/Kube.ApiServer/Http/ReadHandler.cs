using System.Globalization;
using System.Text.Json;
using Kube.ApiServer.Storage;

namespace Kube.ApiServer.Http;

/// <summary>Answers <c>get</c> and <c>list</c> from memory: the stored bytes are sent as they are.</summary>
internal sealed class ReadHandler(IObjectStore store, TableWriter tables)
{
    // A page is streamed in pieces of about this many bytes.
    private const int FlushBytes = 64 * 1024;

    public Task GetAsync(ResourceRequest request)
    {
        var stored = store.Get(request.Key) ?? throw Refusal.NotFound(request.Kind.Resource, request.Path.Name);
        return SendAsync(request, 200, stored.Json);
    }

    /// <summary>Sends one object in the form the client accepts.</summary>
    public Task SendAsync(ResourceRequest request, int code, ReadOnlyMemory<byte> json)
    {
        var format = OutputFormats.Of(request.Http.Request);
        json = request.Kind.Present(json);
        return format switch
        {
            OutputFormat.Table => Replies.JsonAsync(request.Http, code, tables.One(request, json)),
            OutputFormat.Metadata => Replies.JsonAsync(request.Http, code, TableWriter.Metadata(json)),
            _ => Replies.JsonAsync(request.Http, code, json),
        };
    }

    public async Task ListAsync(ResourceRequest request)
    {
        var filter = ObjectFilter.Of(request);
        var limit = Limit(request);
        var position = ListContinuation.Parse(request.Query("continue"));
        var snapshot = Snapshot(request, position);
        var matching = filter.Apply(snapshot.Items);
        var page = new List<StoredObject>();
        StoredObject? more = null;
        foreach (var item in matching)
        {
            if (limit > 0 && page.Count == limit)
            {
                more = item;
                break;
            }

            page.Add(item);
        }

        string? next = null;
        long? remaining = null;
        if (more is not null)
        {
            var last = page[^1].Key;
            next = new ListContinuation(snapshot.Revision, last.Namespace, last.Name).ToString();
            if (filter.IsEverything)
                remaining = snapshot.Count - page.Count;
        }

        await SendListAsync(request, page, snapshot.Revision, next, remaining).ConfigureAwait(false);
    }

    /// <summary>Sends a list in the form the client accepts.</summary>
    public async Task SendListAsync(ResourceRequest request, IReadOnlyList<StoredObject> page, long revision, string? next = null, long? remaining = null)
    {
        switch (OutputFormats.Of(request.Http.Request))
        {
            case OutputFormat.Table:
                await Replies.JsonAsync(request.Http, 200, tables.List(request, page, revision, next, remaining)).ConfigureAwait(false);
                break;
            case OutputFormat.Metadata:
                await WriteListAsync(request, "PartialObjectMetadataList", "meta.k8s.io/v1", page.Select(o => TableWriter.Metadata(o.Json)), revision, next, remaining).ConfigureAwait(false);
                break;
            default:
                await WriteListAsync(request, request.Kind.ListKind, request.Kind.Gvk.ApiVersion, page.Select(o => request.Kind.Present(o.Json)), revision, next, remaining).ConfigureAwait(false);
                break;
        }
    }

    private static int Limit(ResourceRequest request) =>
        request.Query("limit") is { Length: > 0 } text
            ? int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : throw Refusal.BadRequest($"invalid limit \"{text}\"")
            : 0;

    private Snapshot Snapshot(ResourceRequest request, ListContinuation? position)
    {
        var version = request.Query("resourceVersion");
        var match = request.Query("resourceVersionMatch");
        long revision = 0;
        if (version is { Length: > 0 } && !long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out revision))
            throw Refusal.BadRequest($"Invalid value: \"{version}\": strconv.ParseUint: parsing \"{version}\": invalid syntax");
        if (revision > store.Revision)
            throw Refusal.Timeout($"Too large resource version: {revision}, current: {store.Revision}", 1);
        try
        {
            if (position is not null)
                return store.List(request.Kind.StorageResource, request.Scope, position.Revision, (position.Namespace, position.Name));
            return store.List(request.Kind.StorageResource, request.Scope, match == "Exact" ? revision : 0);
        }
        catch (ExpiredRevisionException e)
        {
            throw Refusal.Expired(position is null ? e.Message : "The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter.");
        }
    }

    private static async Task WriteListAsync(ResourceRequest request, string kind, string apiVersion, IEnumerable<ReadOnlyMemory<byte>> items, long revision, string? next, long? remaining)
    {
        var response = request.Http.Response;
        response.ContentType = "application/json";
        response.Headers.CacheControl = "no-cache, private";
        var output = response.BodyWriter;
        using (var writer = new Utf8JsonWriter(output, JsonText.Writing))
        {
            writer.WriteStartObject();
            writer.WriteString("kind", kind);
            writer.WriteString("apiVersion", apiVersion);
            WriteListMetadata(writer, revision, next, remaining);
            writer.WriteStartArray("items");
            foreach (var item in items)
            {
                writer.WriteRawValue(item.Span, skipInputValidation: true);
                if (writer.BytesPending + output.UnflushedBytes > FlushBytes)
                {
                    writer.Flush();
                    await output.FlushAsync(request.Aborted).ConfigureAwait(false);
                }
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        await output.FlushAsync(request.Aborted).ConfigureAwait(false);
    }

    public static void WriteListMetadata(Utf8JsonWriter writer, long revision, string? next, long? remaining)
    {
        writer.WriteStartObject("metadata");
        writer.WriteString("resourceVersion", revision.ToString(CultureInfo.InvariantCulture));
        if (next is not null)
            writer.WriteString("continue", next);
        if (remaining is { } count)
            writer.WriteNumber("remainingItemCount", count);
        writer.WriteEndObject();
    }
}
