using System.CommandLine;
using System.Text.Json.Nodes;
using Portal.Cli.Api;

namespace Portal.Cli.Commands;

/// <summary>
/// <c>portal cluster add|list|show|check|replace|rename|remove</c>: Kubernetes clusters that environments can target instead of the embedded engine. With <c>--team</c> the team's own,
/// without it those of the platform, which every team may use.
/// </summary>
internal static class ClusterCommand
{
    public static Command Create() => new("cluster", "Kubernetes clusters that environments can target.") { Add(), List(), Show(), Check(), Replace(), Rename(), Remove() };

    private static Argument<string> Name() => new("cluster") { Description = "The cluster's name." };

    private static Option<string?> Team() => new("--team") { Description = "The team whose cluster it is; left out for a cluster of the platform." };

    private static Option<string> Kubeconfig() => new("--kubeconfig") { Description = "The kubeconfig, certificates and token inline; '-' reads standard input. It is never shown again.", Required = true };

    private static Option<string?> Context() => new("--context") { Description = "The context to use; the kubeconfig's current one when left out." };

    private static Command Add()
    {
        var (name, file, context, team) = (Name(), Kubeconfig(), Context(), Team());
        var ingress = new Option<string?>("--ingress-class") { Description = "The IngressClass its ingress controller serves; its default class when left out." };
        var command = new Command("add", "Add a cluster: checks that it answers and what the credentials may do.") { name, file, context, team, ingress };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var body = new JsonObject { ["name"] = result.GetValue(name), ["kubeconfig"] = await TextAsync(result.GetValue(file)!, cancellationToken) };
            if (result.GetValue(context) is { } chosen) body["context"] = chosen;
            if (result.GetValue(ingress) is { } served) body["ingressClass"] = served;
            Print(await client.PostAsync(Url(result.GetValue(team)), body, cancellationToken));
        }));
        return command;
    }

    private static Command List()
    {
        var team = Team();
        var command = new Command("list", "List the clusters that a team's environments may target, or without --team those of the platform.") { team };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client => Tables.Print(
            await client.GetAsync(Url(result.GetValue(team)), cancellationToken),
            ("CLUSTER", "name"), ("TEAM", "team"), ("STATE", "state"), ("VERSION", "version"), ("SERVER", "server"), ("PROBLEM", "problem"))));
        return command;
    }

    private static Command Show()
    {
        var (name, team) = (Name(), Team());
        var command = new Command("show", "Show how a cluster stands, and what is not available there.") { name, team };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client => Print(await client.GetAsync(Url(result.GetValue(team), result.GetValue(name)), cancellationToken))));
        return command;
    }

    private static Command Check()
    {
        var (name, team) = (Name(), Team());
        var command = new Command("check", "Ask a cluster now whether it answers and what the credentials may do.") { name, team };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client => Print(await client.PostAsync(Url(result.GetValue(team), result.GetValue(name)) + "/check", new JsonObject(), cancellationToken))));
        return command;
    }

    private static Command Replace()
    {
        var (name, file, context, team) = (Name(), Kubeconfig(), Context(), Team());
        var command = new Command("replace", "Put another kubeconfig in place of the former.") { name, file, context, team };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var body = new JsonObject { ["kubeconfig"] = await TextAsync(result.GetValue(file)!, cancellationToken) };
            if (result.GetValue(context) is { } chosen) body["context"] = chosen;
            Print(await client.SendAsync(HttpMethod.Put, Url(result.GetValue(team), result.GetValue(name)) + "/kubeconfig", body.ToJsonString(), "application/json", cancellationToken));
        }));
        return command;
    }

    private static Command Rename()
    {
        var (name, team) = (Name(), Team());
        var to = new Argument<string>("new-name") { Description = "The new name." };
        var command = new Command("rename", "Rename a cluster; environments that target it follow.") { name, to, team };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            await client.SendAsync(HttpMethod.Patch, Url(result.GetValue(team), result.GetValue(name)), new JsonObject { ["name"] = result.GetValue(to) }.ToJsonString(), "application/json", cancellationToken);
            Console.WriteLine($"{result.GetValue(name)} is now {result.GetValue(to)}");
        }));
        return command;
    }

    private static Command Remove()
    {
        var (name, team) = (Name(), Team());
        var command = new Command("remove", "Forget a cluster and its kubeconfig; refused while environments target it.") { name, team };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            await client.SendAsync(HttpMethod.Delete, Url(result.GetValue(team), result.GetValue(name)), null, "application/json", cancellationToken);
            Console.WriteLine($"{result.GetValue(name)} is removed; nothing changed in the cluster itself");
        }));
        return command;
    }

    private static string Url(string? team, string? cluster = null) =>
        (team is null ? "/api/v1/clusters" : $"/api/v1/teams/{Uri.EscapeDataString(team)}/clusters") + (cluster is null ? "" : "/" + Uri.EscapeDataString(cluster));

    private static async Task<string> TextAsync(string path, CancellationToken cancellationToken)
    {
        if (path != "-" && !File.Exists(path)) throw new PortalProblem($"{path} does not exist.");
        return path == "-" ? await Console.In.ReadToEndAsync(cancellationToken) : await File.ReadAllTextAsync(path, cancellationToken);
    }

    private static void Print(JsonNode? cluster)
    {
        Console.WriteLine($"{(string?)cluster?["name"]} at {(string?)cluster?["server"]}: {(string?)cluster?["state"]} {(string?)cluster?["version"]}");
        if ((string?)cluster?["problem"] is { Length: > 0 } problem) Console.WriteLine($"  {problem}");
        var missing = (cluster?["missing"] as JsonArray ?? []).Select(right => (string?)right).ToList();
        if (missing.Count > 0) Console.WriteLine($"  the credentials may not: {string.Join(", ", missing)}");
        var environments = (cluster?["environments"] as JsonArray ?? []).Select(path => (string?)path).ToList();
        if (environments.Count > 0) Console.WriteLine($"  targeted by: {string.Join(", ", environments)}");
        Lacks(cluster);
    }

    /// <summary>What is not available on a cluster, a line each.</summary>
    public static void Lacks(JsonNode? cluster)
    {
        foreach (var lack in cluster?["lacks"] as JsonArray ?? []) Console.WriteLine($"  not available on this cluster: {(string?)lack?["feature"]}. {(string?)lack?["why"]}");
    }
}
