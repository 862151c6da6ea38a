using System.Text.Json.Nodes;
using Portal.Core.Compile;

namespace Portal.Core.Apply;

/// <summary>Makes the cluster hold exactly the objects of a release. Doing it again changes nothing.</summary>
internal sealed class Applier(ICluster cluster)
{
    /// <summary>Applies all objects and removes the app's others, but for configuration that instances of an older release may still read.</summary>
    public async Task ApplyAsync(CompileInput input, CancellationToken cancellationToken)
    {
        var desired = Compiler.Compile(input);
        foreach (var item in desired) await cluster.ApplyAsync(input.Namespace, item, dryRun: false, cancellationToken);
        await PruneAsync(input, desired, live => live.Kind is not ("ConfigMap" or "Secret"), cancellationToken);
    }

    /// <summary>Removes what only older releases needed, once none of their instances runs.</summary>
    public Task PruneAllAsync(CompileInput input, CancellationToken cancellationToken) => PruneAsync(input, Compiler.Compile(input), _ => true, cancellationToken);

    /// <summary>Removes everything of an app; true once nothing is left.</summary>
    public async Task<bool> RemoveAsync(string ns, string app, CancellationToken cancellationToken)
    {
        foreach (var live in await cluster.ListAsync(ns, app, cancellationToken))
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
        foreach (var (process, spec) in input.Spec.Processes)
        {
            var wanted = spec.Replicas ?? 1;
            if (!live.TryGetValue(ObjectNames.Process(input.App, process), out var deployment)) waiting.Add($"{process}: not created yet");
            else if (Missing(deployment.Body, wanted) is { } missing) waiting.Add($"{process}: {missing}");
        }

        return waiting.Count == 0 ? null : string.Join("; ", waiting);
    }

    private static string? Missing(JsonObject deployment, int wanted)
    {
        var status = deployment["status"] as JsonObject;
        if (Number(status, "observedGeneration") < Number(deployment["metadata"] as JsonObject, "generation")) return "not taken up yet";
        var (updated, ready, total) = (Number(status, "updatedReplicas"), Number(status, "readyReplicas"), Number(status, "replicas"));
        if (updated < wanted) return $"{updated} of {wanted} replaced";
        if (total > updated) return $"{total - updated} old still there";
        return ready < wanted ? $"{ready} of {wanted} ready" : null;
    }

    private static long Number(JsonObject? parent, string key) => parent?[key]?.GetValue<long>() ?? 0;

    private async Task PruneAsync(CompileInput input, IReadOnlyList<KubeObject> desired, Func<KubeObject, bool> include, CancellationToken cancellationToken)
    {
        var kept = desired.Select(item => (item.Kind, item.Name)).ToHashSet();
        foreach (var live in await cluster.ListAsync(input.Namespace, input.App, cancellationToken))
        {
            if (include(live) && !kept.Contains((live.Kind, live.Name))) await cluster.DeleteAsync(input.Namespace, live.Kind, live.Name, cancellationToken);
        }
    }
}
