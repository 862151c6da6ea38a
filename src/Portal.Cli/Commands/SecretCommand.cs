using System.CommandLine;
using System.Text.Json.Nodes;
using Portal.Cli.Api;

namespace Portal.Cli.Commands;

/// <summary><c>portal secret</c>: secrets of an app. A value comes from standard input, never from the command line, which others on the machine can read.</summary>
internal static class SecretCommand
{
    public static Command Create() => new("secret", "Secrets of an app.") { CreateList(), CreateSet() };

    private static Command CreateList()
    {
        var app = Options.App();
        var command = new Command("list", "List the secrets with their versions; values are never shown.") { app };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
            Tables.Print((await client.GetAsync(AppPath.Parse(result.GetValue(app)!).Url, cancellationToken))?["secrets"], ("NAME", "name"), ("VERSION", "version"), ("SET", "setAt"))));
        return command;
    }

    private static Command CreateSet()
    {
        var app = Options.App();
        var name = new Argument<string>("name") { Description = "The secret's name; it becomes an environment variable." };
        var noWait = Options.NoWait();
        var command = new Command("set", "Set a secret's value, read from standard input, as its next version and a release.") { app, name, noWait };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var path = AppPath.Parse(result.GetValue(app)!);
            if (!Console.IsInputRedirected)
                throw new PortalProblem($"give the value on standard input, for instance: printf %s \"$VALUE\" | portal secret set {result.GetValue(app)} {result.GetValue(name)}");
            var body = new JsonObject { ["value"] = (await Console.In.ReadToEndAsync(cancellationToken)).TrimEnd('\n') };
            var release = await client.SendAsync(HttpMethod.Put, $"{path.Url}/secrets/{Uri.EscapeDataString(result.GetValue(name)!)}", body.ToJsonString(), "application/json", cancellationToken);
            await Rollouts.ReportAsync(client, path, release, wait: !result.GetValue(noWait), cancellationToken);
        }));
        return command;
    }
}
