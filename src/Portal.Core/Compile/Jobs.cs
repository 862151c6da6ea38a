using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portal.Core.Apps;

namespace Portal.Core.Compile;

/// <summary>Compiles what comes and goes: processes with a schedule, release commands and one-off tasks.</summary>
internal static class Jobs
{
    /// <summary>The process label of a release command's pods. No process can have this name.</summary>
    public const string ReleaseTrack = "release.command";

    /// <summary>The process label of a task's pods. No process can have this name.</summary>
    public const string TaskTrack = "one-off.task";

    // Long enough to be looked at the next day.
    private const int KeepFinishedSeconds = 24 * 60 * 60;

    public static KubeObject Cron(CompileInput input, string name, ProcessSpec process, (string? Config, string? Secret) sources)
    {
        var spec = new JsonObject { ["schedule"] = process.Schedule };
        if (process.TimeZone is not null) spec["timeZone"] = process.TimeZone;
        spec["concurrencyPolicy"] = process.Overlap switch { "allow" => "Allow", "replace" => "Replace", _ => "Forbid" };
        spec["startingDeadlineSeconds"] = 200;
        spec["successfulJobsHistoryLimit"] = 3;
        spec["failedJobsHistoryLimit"] = 3;
        var labels = Compiler.LabelsOf(input, input.InstanceRelease);
        labels[Labels.Process] = name;
        spec["jobTemplate"] = new JsonObject
        {
            ["metadata"] = new JsonObject { ["labels"] = labels },
            ["spec"] = new JsonObject { ["backoffLimit"] = 2, ["template"] = PodTemplates.Of(input, name, name, process, sources, "Never") },
        };
        var cron = Compiler.Object(input, "batch/v1", "CronJob", ObjectNames.Process(input.App, name), [("spec", spec)]);
        cron.Body["metadata"]!["labels"]![Labels.Process] = name;
        return cron;
    }

    /// <summary>The release command, once for each release: the same release never runs it a second time, however often it is applied.</summary>
    public static KubeObject ReleaseCommand(CompileInput input, ReleaseCommandSpec command)
    {
        var job = Job(input, ObjectNames.ReleaseCommand(input.App, input.Release), ReleaseTrack, "release", command.Command, command.Size, command.Timeout ?? 300);
        job.Body["metadata"]!["labels"]![Labels.Process] = ReleaseTrack;
        return job;
    }

    /// <summary>A command that somebody runs once in the app's own surroundings.</summary>
    public static KubeObject Task(CompileInput input, string name, string author, ImmutableArray<string> command, string? size, int timeoutSeconds)
    {
        var job = Job(input, name, TaskTrack, "task", command, size, timeoutSeconds);
        var metadata = job.Body["metadata"]!;
        metadata["labels"]![Labels.Task] = name;
        metadata["labels"]![Labels.Process] = TaskTrack;
        metadata["annotations"] = new JsonObject { [Labels.Author] = author };
        job.Body["spec"]!["template"]!["metadata"]!["labels"]![Labels.Task] = name;
        return job;
    }

    private static KubeObject Job(CompileInput input, string name, string track, string container, ImmutableArray<string> command, string? size, int timeoutSeconds)
    {
        var process = new ProcessSpec { Command = command, Size = size };
        return Compiler.Object(input, "batch/v1", "Job", name,
        [
            ("spec", new JsonObject
            {
                ["backoffLimit"] = 0,
                ["activeDeadlineSeconds"] = timeoutSeconds,
                ["ttlSecondsAfterFinished"] = KeepFinishedSeconds,
                ["template"] = PodTemplates.Of(input, track, container, process, Compiler.Sources(input), "Never"),
            }),
        ]);
    }
}
