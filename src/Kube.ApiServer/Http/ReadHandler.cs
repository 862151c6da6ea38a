using Kube.ApiServer.Storage;

namespace Kube.ApiServer.Http;

/// <summary>Answers <c>get</c> and <c>list</c> from memory: the stored bytes are sent as they are.</summary>
internal sealed class ReadHandler(IObjectStore store, TableWriter tables)
{
    public Task GetAsync(ResourceRequest request)
    {
        CheckReached(ListOptions.RevisionOf(request.Query("resourceVersion")));
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
        var options = ListOptions.Of(request, watch: false);
        var (page, metadata) = Page(request, filter, options);
        await SendListAsync(request, page, metadata).ConfigureAwait(false);
    }

    /// <summary>Sends a list in the form the client accepts.</summary>
    public Task SendListAsync(ResourceRequest request, List<StoredObject> page, ListMetadata metadata) => OutputFormats.Of(request.Http.Request) switch
    {
        OutputFormat.Table => Replies.JsonAsync(request.Http, 200, tables.List(request, page, metadata)),
        OutputFormat.Metadata => ListWriter.WriteAsync(request.Http, "PartialObjectMetadataList", "meta.k8s.io/v1", page.ConvertAll(o => TableWriter.Metadata(o.Json)), metadata),
        _ => ListWriter.WriteAsync(request.Http, request.Kind.ListKind, request.Kind.Gvk.ApiVersion, page.ConvertAll(o => request.Kind.Present(o.Json)), metadata),
    };

    private (List<StoredObject> Page, ListMetadata Metadata) Page(ResourceRequest request, ObjectFilter filter, ListOptions options)
    {
        var snapshot = Snapshot(request, options);
        if (filter.Single is { } single && options.Continue is null && !options.Exact)
        {
            // One name can be looked up: informers of single objects and "rollout status" ask this way.
            var found = store.Get(new ObjectKey(request.Kind.StorageResource, request.Kind.Namespaced ? single.Namespace : "", single.Name));
            return (found is not null && filter.Matches(found) ? [found] : [], new ListMetadata(Math.Max(snapshot.Revision, found?.Revision ?? 0), null, null));
        }

        var page = new List<StoredObject>(options.Limit is > 0 and < 10_000 ? options.Limit : filter.IsEverything ? snapshot.Count : 0);
        var more = false;
        foreach (var item in filter.Apply(snapshot))
        {
            if (options.Limit > 0 && page.Count == options.Limit)
            {
                more = true;
                break;
            }

            page.Add(item);
        }

        if (!more)
            return (page, new ListMetadata(snapshot.Revision, null, null));
        var last = page[^1].Key;
        long? remaining = filter.IsEverything ? snapshot.Count - page.Count : null;
        return (page, new ListMetadata(snapshot.Revision, new ListContinuation(snapshot.Revision, last.Namespace, last.Name).ToString(), remaining));
    }

    private Snapshot Snapshot(ResourceRequest request, ListOptions options)
    {
        CheckReached(options.Revision);
        var resource = request.Kind.StorageResource;
        try
        {
            return options.Continue is { } position
                ? store.List(resource, request.Scope, position.Revision, (position.Namespace, position.Name))
                : store.List(resource, request.Scope, options.Exact ? options.Revision : 0);
        }
        catch (ExpiredRevisionException e)
        {
            throw options.Continue is { } position ? Refusal.ExpiredContinuation(position with { Revision = 0 }) : Refusal.Expired(e.Message);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw Refusal.TooLargeRevision(options.Continue?.Revision ?? options.Revision, store.Revision);
        }
    }

    private void CheckReached(long revision)
    {
        if (revision > store.Revision)
            throw Refusal.TooLargeRevision(revision, store.Revision);
    }
}
