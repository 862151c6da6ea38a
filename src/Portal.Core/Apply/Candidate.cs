using Portal.Core.Compile;

namespace Portal.Core.Apply;

/// <summary>The second set of web instances that blue-green and canary rollouts run beside the first, and its share of the traffic.</summary>
internal sealed class Candidate(ICluster cluster)
{
    /// <summary>The instances a weight needs: a share of the whole set, rounded up, at least one.</summary>
    public static int Instances(int whole, int weight) => Math.Max(1, (whole * weight + 99) / 100);

    /// <summary>The objects of the second set for a weight: instances and service first, the share of the traffic last.</summary>
    /// <param name="input">The release, with what autoscalers chose.</param>
    /// <param name="weight">The traffic it is to get, in percent.</param>
    /// <param name="instances">Its instances.</param>
    public static IReadOnlyList<KubeObject> Objects(CompileInput input, int weight, int instances)
    {
        var name = ObjectNames.Candidate(input.App);
        var web = input.Spec.Processes["web"];
        return [Compiler.Service(input, name, Deployments.CandidateTrack, "web", web), Deployments.Candidate(input, instances), Ingresses.Candidate(input, weight)];
    }

    /// <summary>Writes what the second set needs to run, and the set itself without traffic of its own beyond the weight.</summary>
    public async Task ApplyAsync(CompileInput input, int weight, int instances, CancellationToken cancellationToken)
    {
        foreach (var item in (IEnumerable<KubeObject>)[.. Compiler.Prerequisites(input), .. Objects(input, weight, instances)])
            await cluster.ApplyAsync(input.Namespace, item, dryRun: false, cancellationToken);
    }

    /// <summary>What the second set still lacks, or null when all of it is ready.</summary>
    public async Task<string?> WaitingForAsync(CompileInput input, int instances, CancellationToken cancellationToken)
    {
        var name = ObjectNames.Candidate(input.App);
        var live = (await cluster.ListAsync(input.Namespace, input.App, cancellationToken)).FirstOrDefault(item => item.Kind == "Deployment" && item.Name == name);
        return live is null ? "the second set is not created yet" : Applier.Missing(live.Body, instances) is { } missing ? $"second set: {missing}" : null;
    }

    /// <summary>The instances of the whole web process now.</summary>
    public async Task<(CompileInput Input, int Whole)> WholeAsync(CompileInput input, CancellationToken cancellationToken)
    {
        var scaled = Applier.WithScale(input, await cluster.ListAsync(input.Namespace, input.App, cancellationToken));
        return (scaled, Math.Max(1, Deployments.Replicas(scaled, "web", scaled.Spec.Processes["web"])));
    }

    /// <summary>Whether the web process runs already, so that there is something to put a second set beside.</summary>
    public async Task<bool> HasFirstSetAsync(CompileInput input, CancellationToken cancellationToken) =>
        (await cluster.ListAsync(input.Namespace, input.App, cancellationToken)).Any(item => item.Kind == "Deployment" && item.Name == ObjectNames.Process(input.App, "web"));

    /// <summary>Takes the traffic away from the second set, then the set.</summary>
    public async Task RemoveAsync(CompileInput input, CancellationToken cancellationToken)
    {
        var name = ObjectNames.Candidate(input.App);
        foreach (var kind in (string[])["Ingress", "Deployment", "Service"]) await cluster.DeleteAsync(input.Namespace, kind, name, cancellationToken);
    }
}
