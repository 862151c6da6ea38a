using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Cli.Api;

namespace Portal.Cli.Commands;

/// <summary><c>portal whatif team/project/environment</c>: what would follow if nodes came or went, or processes had other numbers of instances.</summary>
internal static class WhatIfCommand
{
    public static Command Create()
    {
        var environment = new Argument<string>("environment") { Description = "team/project/environment" };
        var lose = new Option<string[]>("--lose") { Description = "A node that would be gone; may be given several times." };
        var add = new Option<string[]>("--add") { Description = "A node that would be added: a node it is like, or CPU,MEMORY such as 4,8Gi; times a number with xN, for instance n1x3." };
        var scale = new Option<string[]>("--scale") { Description = "APP[/PROCESS]=N for N instances in all, or APP[/PROCESS]=xN for N times the present number." };
        var each = new Option<bool>("--each-node") { Description = "Lose each node in turn." };
        var command = new Command("whatif", "Say what would follow for an environment, without doing it.") { environment, lose, add, scale, each };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var question = new JsonObject { ["eachNode"] = result.GetValue(each) };
            question["loseNodes"] = new JsonArray([.. (result.GetValue(lose) ?? []).Select(n => (JsonNode)n)]);
            question["addNodes"] = new JsonArray([.. (result.GetValue(add) ?? []).Select(Added)]);
            question["scale"] = new JsonArray([.. (result.GetValue(scale) ?? []).Select(Scaled)]);
            var parts = result.GetValue(environment)!.Split('/');
            if (parts.Length != 3 || parts.Any(p => p.Length == 0))
                throw new PortalProblem($"'{result.GetValue(environment)}' names no environment: write team/project/environment, for instance acme/shop/production.");
            Print(await client.PostAsync($"{AppPath.EnvironmentUrl(parts[0], parts[1], parts[2])}/what-if", question, cancellationToken));
        }));
        return command;
    }

    private static void Print(JsonNode? view)
    {
        Console.WriteLine((string?)view?["placement"]?["summary"]);
        foreach (var move in (view?["moved"] as JsonArray ?? []).Concat(view?["waiting"] as JsonArray ?? []))
        {
            var from = (string?)move?["from"] ?? "waiting";
            Console.WriteLine((string?)move?["to"] is { } to ? $"    {(string?)move?["instance"]}: {from} -> {to}" : $"    {(string?)move?["instance"]}: {from} -> nowhere: {(string?)move?["reason"]} {(string?)move?["fix"]}");
        }

        foreach (var loss in view?["losses"] as JsonArray ?? [])
        {
            var down = (loss?["down"] as JsonArray ?? []).Select(d => (string?)d).ToArray();
            var unplaced = (loss?["unplaced"] as JsonArray ?? []).Count;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    without {(string?)loss?["node"]}: {(int?)loss?["instances"] ?? 0} move, {unplaced} without a place{(down.Length > 0 ? $", down meanwhile: {string.Join(", ", down)}" : "")}"));
        }
    }

    // "n1x3" is three nodes like n1; a name may itself end in x and digits, which --add NAMEx1 settles.
    private static JsonNode Added(string text)
    {
        var count = 1;
        var cut = text.LastIndexOf('x');
        if (cut > 0 && int.TryParse(text.AsSpan(cut + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var times))
            (count, text) = (times, text[..cut]);
        return text.Split(',') is [var cpu, var memory]
            ? new JsonObject { ["count"] = count, ["cpu"] = cpu, ["memory"] = memory }
            : new JsonObject { ["count"] = count, ["like"] = text };
    }

    private static JsonNode Scaled(string text)
    {
        if (text.Split('=') is not [var name, var wish] || name.Length == 0 || wish.Length == 0)
            throw new PortalProblem($"'{text}' says no number of instances: write APP=3, APP/PROCESS=3 or APP=x2.");
        var scaled = new JsonObject { ["app"] = name.Split('/')[0] };
        if (name.Contains('/', StringComparison.Ordinal))
            scaled["process"] = name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..];
        if (wish[0] == 'x' && double.TryParse(wish.AsSpan(1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var factor))
            scaled["factor"] = factor;
        else if (int.TryParse(wish, NumberStyles.None, CultureInfo.InvariantCulture, out var replicas))
            scaled["replicas"] = replicas;
        else
            throw new PortalProblem($"'{wish}' is no number of instances: write 3, or x2 for twice as many.");
        return scaled;
    }
}
