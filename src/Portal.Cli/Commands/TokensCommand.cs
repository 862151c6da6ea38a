using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Portal.Cli.Commands;

/// <summary><c>portal tokens</c>: one's own API tokens, narrowed to a place and to rights.</summary>
internal static class TokensCommand
{
    private const string Url = "/api/v1/tokens";

    public static Command Create() => new("tokens", "Your API tokens.") { CreateList(), CreateCreate(), CreateRevoke() };

    private static Command CreateList()
    {
        var command = new Command("list", "List your tokens.");
        command.SetAction((_, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var table = new Table().Border(TableBorder.None).AddColumns("ID", "NAME", "TOKEN", "SCOPE", "RIGHTS", "EXPIRES", "LAST USED");
            foreach (var token in await client.GetAsync(Url, cancellationToken) as JsonArray ?? [])
                table.AddRow([.. ((string[])["id", "name", "prefix", "scope", "rights", "expiresAt", "lastUsedAt"]).Select(name => Markup.Escape(token![name]?.ToString() ?? "-"))]);
            AnsiConsole.Write(table);
        }));
        return command;
    }

    private static Command CreateCreate()
    {
        var name = new Option<string>("--name") { Description = "What the token is for.", Required = true };
        var scope = new Option<string?>("--scope") { Description = "Narrow it to team[/project[/environment]]." };
        var rights = new Option<string?>("--rights") { Description = "Narrow it to these rights, separated by commas, or to a set: plan (changes nothing), deploy or read." };
        var days = new Option<int>("--days") { Description = "How many days it lives (default 90).", DefaultValueFactory = _ => 90 };
        var command = new Command("create", "Create a token with at most your rights and print it; it is not shown again.") { name, scope, rights, days };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var body = new JsonObject { ["name"] = result.GetValue(name), ["days"] = result.GetValue(days) };
            if (result.GetValue(scope) is { } place)
                body["scope"] = place;
            if (result.GetValue(rights) is { } carried)
                body["rights"] = new JsonArray([.. carried.Split(',').Select(right => JsonValue.Create(right.Trim()))]);
            Console.WriteLine((string?)(await client.PostAsync(Url, body, cancellationToken))?["token"]);
        }));
        return command;
    }

    private static Command CreateRevoke()
    {
        var id = new Argument<string>("id") { Description = "The token's id, as the list shows it." };
        var command = new Command("revoke", "Revoke a token; it stops working at once.") { id };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
            await client.SendAsync(HttpMethod.Delete, $"{Url}/{Uri.EscapeDataString(result.GetValue(id)!)}", null, "application/json", cancellationToken)));
        return command;
    }
}
