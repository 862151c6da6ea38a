using System.CommandLine;
using System.Text.Json.Nodes;
using Portal.Cli.Api;

namespace Portal.Cli.Commands;

/// <summary><c>portal config</c>: the variables of an app in one environment. Every change is a release.</summary>
internal static class ConfigCommand
{
    public static Command Create() => new("config", "Variables of an app.") { CreateList(), CreateSet(), CreateUnset() };

    private static Command CreateList()
    {
        var app = Options.App();
        var command = new Command("list", "List the variables that hold in the environment.") { app };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var path = AppPath.Parse(result.GetValue(app)!);
            var declaration = await client.GetAsync(path.Url + "/declaration", cancellationToken);
            var env = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var part in new[] { declaration?["spec"]?["env"], declaration?["environments"]?[path.Environment]?["env"] })
            {
                foreach (var (name, value) in part as JsonObject ?? [])
                    env[name] = (string)value!;
            }

            foreach (var (name, value) in env)
                Console.WriteLine($"{name}={value}");
        }));
        return command;
    }

    private static Command CreateSet()
    {
        var app = Options.App();
        var pairs = new Argument<string[]>("variable") { Description = "NAME=VALUE, one or several.", Arity = ArgumentArity.OneOrMore };
        var noWait = Options.NoWait();
        var command = new Command("set", "Set variables, as one release each.") { app, pairs, noWait };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var path = AppPath.Parse(result.GetValue(app)!);
            JsonNode? release = null;
            foreach (var pair in result.GetValue(pairs)!)
            {
                var equals = pair.IndexOf('=', StringComparison.Ordinal);
                if (equals <= 0)
                    throw new PortalProblem($"'{pair}': write NAME=VALUE.");
                var body = new JsonObject { ["value"] = pair[(equals + 1)..] };
                release = await client.SendAsync(HttpMethod.Put, $"{path.Url}/variables/{Uri.EscapeDataString(pair[..equals])}", body.ToJsonString(), "application/json", cancellationToken);
            }

            await Rollouts.ReportAsync(client, path, release, wait: !result.GetValue(noWait), cancellationToken);
        }));
        return command;
    }

    private static Command CreateUnset()
    {
        var app = Options.App();
        var name = new Argument<string>("name") { Description = "The variable's name." };
        var noWait = Options.NoWait();
        var command = new Command("unset", "Remove a variable, as a release.") { app, name, noWait };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var path = AppPath.Parse(result.GetValue(app)!);
            var release = await client.SendAsync(HttpMethod.Delete, $"{path.Url}/variables/{Uri.EscapeDataString(result.GetValue(name)!)}", null, "application/json", cancellationToken);
            await Rollouts.ReportAsync(client, path, release, wait: !result.GetValue(noWait), cancellationToken);
        }));
        return command;
    }
}
