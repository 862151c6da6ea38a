using System.Text.Json.Nodes;
using Portal.Core.Apps;

namespace Portal.Core.Compile;

/// <summary>Compiles one process that stays into a Deployment.</summary>
internal static class Deployments
{
    /// <summary>The label of the second set of web instances. No process can have this name, so no selector of the first set takes them in.</summary>
    public const string CandidateTrack = "web.next";

    /// <summary>What tells the process's pods apart; immutable on the cluster, hence without release.</summary>
    public static JsonObject Selector(CompileInput input, string track) => new() { [Labels.App] = input.App, [Labels.Process] = track };

    public static KubeObject Of(CompileInput input, string name, ProcessSpec process, (string? Config, string? Secret) sources) =>
        Deployment(input, ObjectNames.Process(input.App, name), name, name, process, sources, Replicas(input, name, process));

    /// <summary>The second set of web instances.</summary>
    public static KubeObject Candidate(CompileInput input, int replicas) => Deployment(
        input, ObjectNames.Candidate(input.App), CandidateTrack, "web", input.Spec.Processes["web"], Compiler.Sources(input), replicas);

    /// <summary>How many instances a process is to have now: what an autoscaler chose, kept within its range.</summary>
    public static int Replicas(CompileInput input, string name, ProcessSpec process) => process.Autoscale is { } range
        ? Math.Clamp(input.Scaled.GetValueOrDefault(name, range.Min), range.Min, range.Max)
        : process.Replicas ?? 1;

    private static KubeObject Deployment(
        CompileInput input, string name, string track, string process, ProcessSpec spec, (string? Config, string? Secret) sources, int replicas)
    {
        var deployment = Compiler.Object(input, "apps/v1", "Deployment", name,
        [
            ("spec", new JsonObject
            {
                ["replicas"] = replicas,
                ["revisionHistoryLimit"] = 3,
                ["selector"] = new JsonObject { ["matchLabels"] = Selector(input, track) },
                ["strategy"] = Strategy(input, spec),
                ["template"] = PodTemplates.Of(input, track, process, spec, sources),
            }),
        ]);
        deployment.Body["metadata"]!["labels"]![Labels.Process] = track;
        return deployment;
    }

    // The old instance must have left a volume before the new one takes it.
    private static JsonObject Strategy(CompileInput input, ProcessSpec process) => input.Spec.Rollout?.Strategy == RolloutSpec.Recreate || process.Mounts.Count > 0
        ? new JsonObject { ["type"] = "Recreate" }
        : new JsonObject { ["type"] = "RollingUpdate", ["rollingUpdate"] = new JsonObject { ["maxUnavailable"] = 0, ["maxSurge"] = 1 } };
}
