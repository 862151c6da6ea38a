using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Cli.Api;

namespace Portal.Cli.Commands;

/// <summary><c>portal app</c>: apply, list, show, scale, rename, delete.</summary>
internal static class AppCommand
{
    public static Command Create() => new("app", "Apps of an environment.") { CreateApply(), CreateList(), CreateShow(), CreateScale(), CreateRename(), CreateDelete(), InitCommand.Create() };

    private static Command CreateApply()
    {
        var file = Options.File();
        var environment = Options.Environment();
        var secrets = new Option<string?>("--secrets-file") { Description = "File with NAME=VALUE lines for declared secrets ('-' reads standard input)." };
        var noWait = new Option<bool>("--no-wait") { Description = "Return when the release is stored, without waiting for its rollout." };
        var command = new Command("apply", "Create an app or change it to what the file declares, as a new release.") { file, environment, secrets, noWait };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var declaration = await DeclarationFile.ReadAsync(result.GetValue(file)!, cancellationToken);
            var path = await declaration.LocateAsync(client, result.GetValue(environment), cancellationToken);
            JsonNode? release;
            if (result.GetValue(secrets) is { } secretsFile)
            {
                var body = new JsonObject
                {
                    ["declaration"] = await client.SendAsync(HttpMethod.Post, "/api/v1/declarations/parse", declaration.Text, declaration.ContentType, cancellationToken),
                    ["secrets"] = await SecretsFile.ReadAsync(secretsFile, cancellationToken),
                };
                release = await client.SendAsync(HttpMethod.Put, path.Url, body.ToJsonString(), "application/json", cancellationToken);
            }
            else
            {
                release = await client.SendAsync(HttpMethod.Put, path.Url, declaration.Text, declaration.ContentType, cancellationToken);
            }

            await Rollouts.ReportAsync(client, path, release, wait: !result.GetValue(noWait), cancellationToken);
        }));
        return command;
    }

    private static Command CreateList()
    {
        var place = Options.Place();
        var command = new Command("list", "List the apps of an environment.") { place };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            Tables.Print(
                await client.GetAsync(AppPath.ParseEnvironment(result.GetValue(place)!) + "/apps", cancellationToken),
                ("NAME", "name"), ("IMAGE", "image"), ("RELEASE", "release.number"), ("STATE", "health"));
        }));
        return command;
    }

    private static Command CreateShow()
    {
        var app = Options.App();
        var command = new Command("show", "Show one app as JSON.") { app };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
            Console.WriteLine((await client.GetAsync(AppPath.Parse(result.GetValue(app)!).Url, cancellationToken))?.ToJsonString(new() { WriteIndented = true }))));
        return command;
    }

    /// <summary><c>portal scale</c>, which is <c>portal app scale</c> too.</summary>
    public static Command CreateScale()
    {
        var app = Options.App();
        var replicas = new Option<int>("--replicas") { Description = "Number of instances, 0 to 100.", Required = true };
        var process = new Option<string>("--process") { Description = "Which process (default: web).", DefaultValueFactory = _ => "web" };
        var command = new Command("scale", "Change the number of instances of a process, as a new release.") { app, replicas, process };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var path = AppPath.Parse(result.GetValue(app)!);
            var release = await client.PostAsync(path.Url + "/scale", new JsonObject { ["process"] = result.GetValue(process), ["replicas"] = result.GetValue(replicas) }, cancellationToken);
            await Rollouts.ReportAsync(client, path, release, wait: true, cancellationToken);
        }));
        return command;
    }

    private static Command CreateRename()
    {
        var app = Options.App();
        var name = new Argument<string>("name") { Description = "The new name." };
        var yes = new Option<bool>("--yes") { Description = "Rename; without it only the plan is shown." };
        var command = new Command("rename", "Give an app another name: instances, volumes, secrets, domains, history and its address stay.") { app, name, yes };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var path = AppPath.Parse(result.GetValue(app)!);
            var body = new JsonObject { ["name"] = result.GetValue(name) };
            var plan = await client.PostAsync(path.Url + "/rename/plan", body, cancellationToken);
            foreach (var address in plan?["addresses"] as JsonArray ?? [])
                Console.WriteLine($"goes on answering at {address}");
            foreach (var volume in plan?["volumes"] as JsonArray ?? [])
                Console.WriteLine($"keeps the volume {volume}");
            foreach (var gone in plan?["gone"] as JsonArray ?? [])
                Console.WriteLine($"leads nowhere afterwards: {gone}");
            if (!result.GetValue(yes))
            {
                Console.WriteLine("nothing was changed; --yes renames it");
                return;
            }

            var release = await client.PostAsync(path.Url + "/rename", body, cancellationToken);
            await Rollouts.ReportAsync(client, path with { App = result.GetValue(name)! }, release, wait: true, cancellationToken);
        }));
        return command;
    }

    private static Command CreateDelete()
    {
        var app = Options.App();
        var confirm = new Option<string?>("--confirm") { Description = "The app's name, to confirm that it and all of it is to go." };
        var command = new Command("delete", "Delete an app and everything of it.") { app, confirm };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var path = AppPath.Parse(result.GetValue(app)!);
            if (result.GetValue(confirm) != path.App)
                throw new PortalProblem($"this deletes {result.GetValue(app)} and everything of it; repeat with --confirm {path.App}");
            await client.SendAsync(HttpMethod.Delete, path.Url, null, "application/json", cancellationToken);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path.App} is being deleted"));
        }));
        return command;
    }
}
