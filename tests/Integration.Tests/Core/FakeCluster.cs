using System.Text.Json.Nodes;
using Portal.Core.Apply;
using Portal.Core.Compile;

namespace Integration.Tests.Core;

/// <summary>A cluster in memory that can die at any call, and whose instances become ready only when the test says so.</summary>
internal sealed class FakeCluster : ICluster
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, JsonObject> _objects = new(StringComparer.Ordinal);
    private int _calls;

    /// <summary>The number of the call that throws instead of answering; later ones answer again.</summary>
    public int? DieAt { get; set; }

    /// <summary>Whether instances become ready as soon as they are asked for.</summary>
    public bool IsReady { get; set; } = true;

    /// <summary>Deployments whose instances never become ready.</summary>
    public HashSet<string> Broken { get; } = new(StringComparer.Ordinal);

    /// <summary>How jobs end: <c>Complete</c>, <c>Failed</c>, or not at all when null.</summary>
    public string? JobEnds { get; set; } = "Complete";

    public int Calls => _calls;

    public IReadOnlyCollection<string> Keys
    {
        get
        {
            lock (_lock) return [.. _objects.Keys];
        }
    }

    public JsonObject Get(string ns, string kind, string name)
    {
        lock (_lock) return _objects[Key(ns, kind, name)].DeepClone().AsObject();
    }

    public Task<JsonObject> ApplyAsync(string ns, KubeObject desired, bool dryRun, CancellationToken cancellationToken)
    {
        Count();
        lock (_lock)
        {
            var body = desired.Body.DeepClone().AsObject();
            if (!dryRun) _objects[Key(ns, desired.Kind, desired.Name)] = body;
            return Task.FromResult(body.DeepClone().AsObject());
        }
    }

    public Task<IReadOnlyList<KubeObject>> ListAsync(string ns, string app, CancellationToken cancellationToken) => SelectAsync(ns, app, tasks: false);

    public async Task<IReadOnlyList<KubeObject>> ListAllAsync(string ns, string app, CancellationToken cancellationToken) =>
        [.. await SelectAsync(ns, app, tasks: false), .. await SelectAsync(ns, app, tasks: true)];

    public Task<IReadOnlyList<KubeObject>> ListTasksAsync(string ns, string app, CancellationToken cancellationToken) => SelectAsync(ns, app, tasks: true);

    private Task<IReadOnlyList<KubeObject>> SelectAsync(string ns, string app, bool tasks)
    {
        Count();
        lock (_lock)
        {
            return Task.FromResult<IReadOnlyList<KubeObject>>(
            [
                .. _objects.Where(o => o.Key.StartsWith(ns + "/", StringComparison.Ordinal) && (string?)o.Value["metadata"]!["labels"]?[Labels.App] == app
                        && (o.Value["metadata"]!["labels"]![Labels.Task] is not null) == tasks)
                    .Select(o => new KubeObject(o.Key.Split('/')[1], o.Key.Split('/')[2], WithStatus(o.Value))),
            ]);
        }
    }

    public async Task<bool> HasLeftoversAsync(string ns, string app, CancellationToken cancellationToken) => (await ListAllAsync(ns, app, cancellationToken)).Any(item => item.Kind != "PersistentVolumeClaim");

    /// <summary>What instances say they run.</summary>
    public string? Digest { get; set; }

    public Task<string?> ImageDigestAsync(string ns, string app, int release, CancellationToken cancellationToken)
    {
        Count();
        return Task.FromResult(Digest);
    }

    public Task DeleteAsync(string ns, string kind, string name, CancellationToken cancellationToken)
    {
        Count();
        lock (_lock) _objects.Remove(Key(ns, kind, name));
        return Task.CompletedTask;
    }

    public Task<bool> DeleteNamespaceAsync(string ns, CancellationToken cancellationToken)
    {
        Count();
        lock (_lock)
        {
            var inside = _objects.Keys.Where(key => key.StartsWith(ns + "/", StringComparison.Ordinal)).ToList();
            foreach (var key in inside) _objects.Remove(key);
            return Task.FromResult(inside.Count == 0);
        }
    }

    private static string Key(string ns, string kind, string name) => $"{ns}/{kind}/{name}";

    private JsonObject WithStatus(JsonObject body)
    {
        var shown = body.DeepClone().AsObject();
        if ((string?)shown["kind"] == "Job" && JobEnds is { } verdict)
            shown["status"] = new JsonObject { ["conditions"] = new JsonArray(new JsonObject { ["type"] = verdict, ["status"] = "True" }) };
        if ((string?)shown["kind"] != "Deployment") return JsonNode.Parse(shown.ToJsonString())!.AsObject();
        var wanted = shown["spec"]!["replicas"]!.GetValue<int>();
        shown["metadata"]!["generation"] = 1L;
        shown["status"] = new JsonObject
        {
            ["observedGeneration"] = 1L,
            ["replicas"] = (long)wanted,
            ["updatedReplicas"] = (long)wanted,
            ["readyReplicas"] = IsReady && !Broken.Contains((string)shown["metadata"]!["name"]!) ? wanted : 0L,
        };
        return JsonNode.Parse(shown.ToJsonString())!.AsObject();
    }

    private void Count()
    {
        if (Interlocked.Increment(ref _calls) == DieAt) throw new InvalidOperationException("The process was killed here.");
    }
}
