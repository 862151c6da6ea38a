using System.Collections.Immutable;

namespace Portal.Core.Tasks;

/// <summary>A command that somebody ran once with an app's image, configuration and secrets.</summary>
/// <param name="Name">Its name: the Job's in the namespace.</param>
/// <param name="Command">What it runs.</param>
/// <param name="Author">The address of who started it.</param>
/// <param name="Release">The release it runs with.</param>
/// <param name="State">Where it is.</param>
/// <param name="ExitCode">How its command ended, once it has.</param>
/// <param name="Message">Why it waits or failed; empty when there is nothing to say.</param>
/// <param name="Instance">The instance whose logs are the task's, once there is one.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="FinishedAt">When it ended.</param>
public sealed record TaskView(
    string Name, ImmutableArray<string> Command, string Author, int Release, TaskState State, int? ExitCode, string Message, string? Instance, DateTimeOffset CreatedAt, DateTimeOffset? FinishedAt);
