using System.Globalization;
using Kube.ApiServer.Presence;
using Kube.ApiServer.Storage;
using Kube.Machinery;
using Microsoft.Extensions.Hosting;

namespace Kube.ApiServer.Http;

/// <summary>
/// Answers <c>watch</c>: one JSON line an event, <c>{"type":"ADDED","object":{...}}</c>. An object that starts or stops matching the selectors is
/// shown as added or deleted. See https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes.
/// </summary>
internal sealed class WatchHandler(IObjectStore store, TableWriter tables, NodePresence presence, TimeProvider time, IHostApplicationLifetime lifetime)
{
    private const string InitialEventsEnd = "k8s.io/initial-events-end";
    private static readonly TimeSpan BookmarkEvery = TimeSpan.FromSeconds(10);

    public async Task WatchAsync(ResourceRequest request)
    {
        var filter = ObjectFilter.Of(request);
        var options = ListOptions.Of(request, watch: true);
        var bookmarks = request.Flag("allowWatchBookmarks");
        if (options.SendInitialEvents is not null && options.Revision > store.Revision)
            throw Refusal.TooLargeRevision(options.Revision, store.Revision);
        // No version, or version 0, means: show me what there is, then follow; unless the client says that it does not want to see it.
        var sendInitial = options.SendInitialEvents ?? options.Revision == 0;
        var start = options.Revision > 0 ? options.Revision : store.Revision;
        var deadline = time.GetUtcNow() + Length(request);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted, lifetime.ApplicationStopping);
        var stream = new WatchStream(request, tables);
        var initial = sendInitial ? store.List(request.Kind.StorageResource, request.Scope) : null;
        if (initial is not null)
            start = initial.Revision;
        IStoreWatch watch;
        stream.Begin();
        try
        {
            watch = store.Watch(request.Kind.StorageResource, filter.Scope, start);
        }
        catch (ExpiredRevisionException e)
        {
            stream.Error(Refusal.Expired(e.Message).Status);
            await stream.FlushAsync(stop.Token).ConfigureAwait(false);
            return;
        }

        using (watch)
        using (presence.Attend(request))
        {
            if (initial is not null)
                await SendInitialAsync(request, stream, filter, initial, stop.Token).ConfigureAwait(false);
            await stream.FlushAsync(stop.Token).ConfigureAwait(false);
            await FollowAsync(stream, watch, filter, bookmarks, deadline, stop.Token).ConfigureAwait(false);
        }
    }

    private async Task FollowAsync(WatchStream stream, IStoreWatch watch, ObjectFilter filter, bool bookmarks, DateTimeOffset deadline, CancellationToken cancellationToken)
    {
        var nextBookmark = time.GetUtcNow() + BookmarkEvery;
        try
        {
            while (true)
            {
                var now = time.GetUtcNow();
                if (now >= deadline)
                {
                    if (bookmarks)
                        stream.Bookmark(watch.Revision);
                    await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
                    return;
                }

                var wait = (nextBookmark < deadline ? nextBookmark : deadline) - now;
                var events = await watch.ReadAsync(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
                foreach (var change in events)
                    Send(stream, change, filter);
                if (time.GetUtcNow() >= nextBookmark)
                {
                    if (bookmarks)
                        stream.Bookmark(watch.Revision);
                    nextBookmark = time.GetUtcNow() + BookmarkEvery;
                }

                await stream.FlushIfAnyAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (ExpiredRevisionException e)
        {
            stream.Error(Refusal.Expired(e.Message).Status);
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The client left or the server stops: the stream just ends.
        }
    }

    private static void Send(WatchStream stream, StoreEvent change, ObjectFilter filter)
    {
        var before = change.Previous is { } previous && filter.Matches(previous);
        if (change.Object is { } current)
        {
            var now = filter.Matches(current);
            if (now)
                stream.Event(before ? "MODIFIED" : "ADDED", current.Json);
            else if (before)
                stream.Event("DELETED", current.Json);
        }
        else if (before && change.Deleted is { } last)
        {
            stream.Event("DELETED", last.Json);
        }
    }

    private static async Task SendInitialAsync(ResourceRequest request, WatchStream stream, ObjectFilter filter, Snapshot initial, CancellationToken cancellationToken)
    {
        foreach (var item in filter.Apply(initial))
        {
            stream.Event("ADDED", item.Json);
            await stream.FlushIfFullAsync(cancellationToken).ConfigureAwait(false);
        }

        if (request.Flag("sendInitialEvents") && request.Flag("allowWatchBookmarks"))
            stream.Bookmark(initial.Revision, InitialEventsEnd);
    }

    private static TimeSpan Length(ResourceRequest request)
    {
        if (request.Query("timeoutSeconds") is { Length: > 0 } text)
        {
            if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
                throw Refusal.BadRequest($"timeoutSeconds: Invalid value: \"{text}\": strconv.ParseInt: parsing \"{text}\": invalid syntax");
            if (seconds > 0)
                return TimeSpan.FromSeconds(Math.Min(seconds, int.MaxValue));
        }

        return TimeSpan.FromSeconds(Randomness.Source.Next(1800, 3600));
    }
}
