using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portal.Core.Compile;

namespace Portal.Core.Apply;

/// <summary>Makes the cluster hold exactly the objects of a release. Doing it again changes nothing.</summary>
internal sealed class Applier(ICluster cluster)
{
    /// <summary>Applies all objects and removes the app's others, but for configuration that instances of an older release may still read.</summary>
    /// <param name="input">The release.</param>
    /// <param name="beside">Further objects that are to be there besides the release's own.</param>
    /// <param name="cancellationToken">Cancels between objects.</param>
    public async Task ApplyAsync(CompileInput input, IReadOnlyList<KubeObject> beside, CancellationToken cancellationToken)
    {
        var live = await cluster.ListAsync(input.Namespace, input.App, cancellationToken);
        IReadOnlyList<KubeObject> desired = [.. Compiler.Compile(WithScale(input, live)), .. beside];
        foreach (var item in desired) await cluster.ApplyAsync(input.Namespace, item, dryRun: false, cancellationToken);
        await PruneAsync(input, live, desired, item => item.Kind is not ("ConfigMap" or "Secret"), cancellationToken);
    }

    /// <summary>Removes what only older releases needed, once none of their instances runs.</summary>
    public async Task PruneAllAsync(CompileInput input, CancellationToken cancellationToken) =>
        await PruneAsync(input, await cluster.ListAsync(input.Namespace, input.App, cancellationToken), Compiler.Compile(input), _ => true, cancellationToken);

    /// <summary>Removes everything of an app but its volumes; true once nothing else is left.</summary>
    public async Task<bool> RemoveAsync(string ns, string app, CancellationToken cancellationToken)
    {
        foreach (var live in (await cluster.ListAllAsync(ns, app, cancellationToken)).Where(IsRemovable))
        {
            if (live.Body["metadata"]?["deletionTimestamp"] is null) await cluster.DeleteAsync(ns, live.Kind, live.Name, cancellationToken);
        }

        return !await cluster.HasLeftoversAsync(ns, app, cancellationToken);
    }

    /// <summary>Whether every process runs the newest template with all its instances ready; what is missing otherwise.</summary>
    public async Task<string?> WaitingForAsync(CompileInput input, CancellationToken cancellationToken)
    {
        var live = (await cluster.ListAsync(input.Namespace, input.App, cancellationToken)).Where(item => item.Kind == "Deployment").ToDictionary(item => item.Name);
        var waiting = new List<string>();
        foreach (var (process, spec) in input.Spec.Processes.Where(process => !process.Value.IsCron))
        {
            if (!live.TryGetValue(ObjectNames.Process(input.App, process), out var deployment)) waiting.Add($"{process}: not created yet");
            else if (Missing(deployment.Body, spec.Autoscale is null ? spec.Replicas ?? 1 : (int)Number(deployment.Body["spec"] as JsonObject, "replicas")) is { } missing) waiting.Add($"{process}: {missing}");
        }

        return waiting.Count == 0 ? null : string.Join("; ", waiting);
    }

    /// <summary>Whether instances have to be replaced: some process runs another template than the release's, whatever came between and never got through.</summary>
    public async Task<bool> ReplacesAsync(CompileInput input, CancellationToken cancellationToken)
    {
        var staying = input.Spec.Processes.Where(process => !process.Value.IsCron).Select(process => ObjectNames.Process(input.App, process.Key)).ToList();
        if (staying.Count == 0) return input.InstanceRelease == input.Release;
        var running = (await cluster.ListAsync(input.Namespace, input.App, cancellationToken)).Where(item => item.Kind == "Deployment")
            .ToDictionary(item => item.Name, item => (string?)item.Body["spec"]?["template"]?["metadata"]?["labels"]?[Labels.Release]);
        return staying.Any(name => running.GetValueOrDefault(name) != Apps.Names.Number(input.InstanceRelease));
    }

    /// <summary>The input with the instances that autoscalers have chosen, which applying must not take back.</summary>
    public static CompileInput WithScale(CompileInput input, IEnumerable<KubeObject> live)
    {
        var deployments = live.Where(item => item.Kind == "Deployment").ToDictionary(item => item.Name, item => (int)Number(item.Body["spec"] as JsonObject, "replicas"));
        return input with
        {
            Scaled = input.Spec.Processes.Where(p => p.Value.Autoscale is not null && deployments.ContainsKey(ObjectNames.Process(input.App, p.Key)))
                .ToImmutableSortedDictionary(p => p.Key, p => deployments[ObjectNames.Process(input.App, p.Key)], StringComparer.Ordinal),
        };
    }

    /// <summary>Whether an object goes when a release does not name it: a volume never does, and a job goes with the schedule that made it or after its time.</summary>
    public static bool IsPruned(KubeObject item) => IsRemovable(item) && item.Kind != "Job";

    /// <summary>What a deployment of so many instances still lacks, or null.</summary>
    public static string? Missing(JsonObject deployment, int wanted)
    {
        var status = deployment["status"] as JsonObject;
        if (Number(status, "observedGeneration") < Number(deployment["metadata"] as JsonObject, "generation")) return "not taken up yet";
        var (updated, ready, total) = (Number(status, "updatedReplicas"), Number(status, "readyReplicas"), Number(status, "replicas"));
        if (updated < wanted) return $"{updated} of {wanted} replaced";
        if (total > updated) return $"{total - updated} old still there";
        return ready < wanted ? $"{ready} of {wanted} ready" : null;
    }

    private static bool IsRemovable(KubeObject item) => item.Kind != "PersistentVolumeClaim";

    private static long Number(JsonObject? parent, string key) => parent?[key]?.GetValue<long>() ?? 0;

    private async Task PruneAsync(
        CompileInput input, IReadOnlyList<KubeObject> live, IReadOnlyList<KubeObject> desired, Func<KubeObject, bool> include, CancellationToken cancellationToken)
    {
        var kept = desired.Select(item => (item.Kind, item.Name)).ToHashSet();
        // From the traffic inwards: what led to instances goes before they do.
        foreach (var item in live.Reverse().Where(IsPruned))
        {
            if (include(item) && !kept.Contains((item.Kind, item.Name))) await cluster.DeleteAsync(input.Namespace, item.Kind, item.Name, cancellationToken);
        }
    }
}
