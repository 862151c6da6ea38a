using System.Globalization;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Kube.Machinery.Client;
using Simulation.Tests.Checks;
using Simulation.Tests.Engine;
using Simulation.Tests.Nodes;
using Simulation.Tests.Plane;

namespace Simulation.Tests.Workload;

/// <summary>Those who declare apps, change them, scale them, take them away, drain nodes and delete pods.</summary>
internal sealed class People(World world, Promises promises)
{
    private const string Ns = "default";
    private const int MostPods = 45;
    private readonly Random _random = Randoms.For(world.Seed, "people");
    private readonly List<string> _deployments = [];
    private readonly List<string> _statefulSets = [];
    private readonly List<string> _daemonSets = [];
    private int _names;
    private int _changes;
    private int _pods;

    /// <summary>Acts until a time has come.</summary>
    public async Task ActAsync(TimeSpan until)
    {
        for (var i = 0; i < 3; i++)
        {
            await CreateAsync();
        }

        while (world.Time.Elapsed < until)
        {
            await Task.Delay(_random.Seconds(0.1, 4), world.Time);
            await (_random.Next(20) switch
            {
                < 3 => CreateAsync(),
                < 6 => ScaleAsync(),
                < 10 => UpdateAsync(),
                < 11 => RemoveAsync(),
                < 13 => DeletePodAsync(),
                _ => EvictAsync(),
            });
        }
    }

    /// <summary>Mends what was left broken on purpose.</summary>
    public async Task MendAsync()
    {
        foreach (var name in _deployments)
        {
            await ChangeAsync<V1Deployment>(name, Annotated(Machine.Ready, "1"));
        }
    }

    private async Task CreateAsync()
    {
        var number = (++_names).ToString(CultureInfo.InvariantCulture);
        var replicas = _random.Next(1, 8);
        if (_pods + replicas > MostPods)
        {
            return;
        }

        switch (_random.Next(10))
        {
            case < 4:
                _pods += replicas;
                _deployments.Add($"web-{number}");
                await MakeAsync<V1Deployment>(Declarations.Deployment($"web-{number}", replicas, _random));
                await BudgetAsync($"web-{number}");
                break;
            case < 6:
                replicas = Math.Min(replicas, 4);
                _pods += replicas;
                _statefulSets.Add($"db-{number}");
                await MakeAsync<V1StatefulSet>(Declarations.StatefulSet($"db-{number}", replicas, _random));
                await BudgetAsync($"db-{number}");
                break;
            case < 7 when _daemonSets.Count < 2:
                _pods += world.Machines.Count;
                _daemonSets.Add($"node-agent-{number}");
                await MakeAsync<V1DaemonSet>(Declarations.DaemonSet($"node-agent-{number}", _random));
                break;
            default:
                await MakeAsync<V1Job>(Declarations.Job($"job-{number}", _random));
                break;
        }
    }

    private Task BudgetAsync(string name) => _random.Chance(0.6) ? MakeAsync<V1PodDisruptionBudget>(Declarations.Budget(name, _random)) : Task.CompletedTask;

    private async Task ScaleAsync()
    {
        var replicas = _random.Next(0, 8);
        if (_random.Chance(0.7) && _deployments.Count > 0)
        {
            await ChangeAsync<V1Deployment>(_random.OneOf(_deployments), new JsonObject { ["spec"] = new JsonObject { ["replicas"] = Math.Min(replicas, 4) } });
        }
        else if (_statefulSets.Count > 0)
        {
            await ChangeAsync<V1StatefulSet>(_random.OneOf(_statefulSets), new JsonObject { ["spec"] = new JsonObject { ["replicas"] = Math.Min(replicas, 4) } });
        }
    }

    private async Task UpdateAsync()
    {
        var kind = _random.Next(10);
        var version = (++_changes).ToString(CultureInfo.InvariantCulture);
        if (kind < 6 && _deployments.Count > 0)
        {
            await ChangeAsync<V1Deployment>(_random.OneOf(_deployments), _random.Chance(0.15) ? Annotated(Machine.Ready, "never") : _random.Chance(0.3) ? Annotated(Machine.Ready, "2") : Annotated("version", version));
        }
        else if (kind < 8 && _statefulSets.Count > 0)
        {
            await ChangeAsync<V1StatefulSet>(_random.OneOf(_statefulSets), Annotated("version", version));
        }
        else if (_daemonSets.Count > 0)
        {
            await ChangeAsync<V1DaemonSet>(_random.OneOf(_daemonSets), Annotated("version", version));
        }
    }

    private async Task RemoveAsync()
    {
        if (_deployments.Count > 1)
        {
            var name = _random.OneOf(_deployments);
            _deployments.Remove(name);
            world.Trace.Add($"people remove {name}");
            var policy = _random.OneOf(["Background", "Foreground"]);
            await PersistAsync(() => world.Admin.Resource<V1Deployment>().DeleteAsync(Ns, name, new V1DeleteOptions { PropagationPolicy = policy }, CancellationToken.None));
        }
    }

    private async Task DeletePodAsync()
    {
        if (Pick(_ => true) is { } pod)
        {
            promises.DeletedByPeople.Add(pod.Metadata.Uid);
            world.Trace.Add($"people delete pod {pod.Metadata.Name}");
            await PersistAsync(() => world.Admin.Resource<V1Pod>().DeleteAsync(Ns, pod.Metadata.Name, new V1DeleteOptions { Preconditions = new V1Preconditions { Uid = pod.Metadata.Uid } }, CancellationToken.None));
        }
    }

    // Several at once, as a drain does: that is what a budget is for.
    private async Task EvictAsync()
    {
        if (Pick(p => promises.Truth.Budgets.Values.Any(b => p.Carries(b.Spec.Selector))) is not { } first)
        {
            return;
        }

        var pods = promises.Truth.Pods.Values.Where(p => p.Controller()?.Uid == first.Controller()?.Uid && p.IsWanted()).Take(3).ToArray();
        await Task.WhenAll(pods.Select(async pod =>
        {
            world.Trace.Add($"people evict {pod.Metadata.Name}");
            var eviction = new V1Eviction { ApiVersion = "policy/v1", Kind = "Eviction", Metadata = new V1ObjectMeta { Name = pod.Metadata.Name, NamespaceProperty = Ns } };
            try
            {
                await world.Admin.Resource<V1Pod>().PostAsync(Ns, pod.Metadata.Name, "eviction", eviction, CancellationToken.None);
            }
            catch (Exception e) when (e is ApiException or HttpRequestException)
            {
                // Refused by the budget, or the server is away.
            }
        }));
    }

    private V1Pod? Pick(Func<V1Pod, bool> may)
    {
        var pods = promises.Truth.Pods.Values.Where(p => p.Metadata.NamespaceProperty == Ns && p.IsWanted() && may(p)).ToArray();
        return pods.Length == 0 ? null : _random.OneOf(pods);
    }

    private static JsonObject Annotated(string key, string value) =>
        new() { ["spec"] = new JsonObject { ["template"] = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [key] = value } } } } };

    private async Task MakeAsync<T>(JsonObject body)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        world.Trace.Add($"people create {typeof(T).Name} {body["metadata"]!["name"]} {body["spec"]!.ToJsonString()}");
        await PersistAsync(async () =>
        {
            try
            {
                await world.Admin.Resource<T>().CreateRawAsync(Ns, (JsonObject)body.DeepClone(), CancellationToken.None);
            }
            catch (ApiException e) when (e.IsAlreadyExists)
            {
                // The answer of the first try was lost.
            }
        });
    }

    private async Task ChangeAsync<T>(string name, JsonObject patch)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        world.Trace.Add($"people change {typeof(T).Name} {name} {patch.ToJsonString()}");
        await PersistAsync(() => world.Admin.Resource<T>().PatchAsync(Ns, name, patch, PatchKind.Merge, CancellationToken.None));
    }

    private async Task PersistAsync(Func<Task> work)
    {
        while (true)
        {
            try
            {
                await work();
                return;
            }
            catch (Exception e) when (e is HttpRequestException or IOException or ApiException { Code: >= System.Net.HttpStatusCode.InternalServerError or System.Net.HttpStatusCode.Conflict })
            {
                await Task.Delay(TimeSpan.FromSeconds(1), world.Time);
            }
        }
    }
}
