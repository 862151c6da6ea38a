using System.CommandLine;

namespace Portal.Cli.Commands;

/// <summary>Options and arguments that several verbs share.</summary>
internal static class Options
{
    public static Option<string> File() => new("--file", "-f") { Description = "The declaration, YAML or JSON; '-' reads standard input.", Required = true };

    public static Option<string?> Environment() => new("--environment", "-e") { Description = "The environment; may be left out when the project has only one." };

    public static Option<bool> NoWait() => new("--no-wait") { Description = "Return when the release is stored, without waiting for its rollout." };

    public static Argument<string> Place() => new("environment") { Description = "team/project/environment" };

    public static Argument<int> Release() => new("release") { Description = "The release's number." };

    public static Argument<string> App() => new("app") { Description = "team/project/environment/app" };
}
