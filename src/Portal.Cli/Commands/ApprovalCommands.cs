using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Cli.Api;

namespace Portal.Cli.Commands;

/// <summary><c>portal approvals</c>, <c>portal approve</c>, <c>portal reject</c>: releases that wait for another person.</summary>
internal static class ApprovalCommands
{
    public static Command CreateList()
    {
        var place = Options.Place();
        var command = new Command("approvals", "List the releases of an environment that wait for approval.") { place };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client => Tables.Print(
            await client.GetAsync(AppPath.ParseEnvironment(result.GetValue(place)!) + "/approvals", cancellationToken),
            ("APP", "app"), ("RELEASE", "release.number"), ("REASON", "release.reason"), ("BY", "release.author"), ("MINE", "mine"), ("HOLDS", "holds"))));
        return command;
    }

    public static Command CreateApprove()
    {
        var (app, release, noWait) = (Options.App(), Options.Release(), Options.NoWait());
        var command = new Command("approve", "Let a release start that waits for approval; never one's own.") { app, release, noWait };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var path = AppPath.Parse(result.GetValue(app)!);
            var approved = await client.SendAsync(HttpMethod.Post, Address(path, result.GetValue(release), "approve"), null, "application/json", cancellationToken);
            await Rollouts.ReportAsync(client, path, approved, wait: !result.GetValue(noWait), cancellationToken);
        }));
        return command;
    }

    public static Command CreateReject()
    {
        var (app, release) = (Options.App(), Options.Release());
        var reason = new Option<string?>("--reason") { Description = "Why." };
        var command = new Command("reject", "Refuse a release that waits for approval.") { app, release, reason };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var path = AppPath.Parse(result.GetValue(app)!);
            await client.PostAsync(Address(path, result.GetValue(release), "reject"), new JsonObject { ["reason"] = result.GetValue(reason) }, cancellationToken);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"release {result.GetValue(release)} is rejected"));
        }));
        return command;
    }

    public static Command CreateCancel()
    {
        var (app, release) = (Options.App(), Options.Release());
        var command = new Command("cancel", "Cancel a rollout and go back to the last good release.") { app, release };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            await client.SendAsync(HttpMethod.Post, Address(AppPath.Parse(result.GetValue(app)!), result.GetValue(release), "cancel"), null, "application/json", cancellationToken);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the rollout of release {result.GetValue(release)} is cancelled"));
        }));
        return command;
    }

    private static string Address(AppPath path, int release, string verb) => string.Create(CultureInfo.InvariantCulture, $"{path.Url}/releases/{release}/{verb}");
}
