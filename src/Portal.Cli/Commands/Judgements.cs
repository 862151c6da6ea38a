using System.Text.Json.Nodes;

namespace Portal.Cli.Commands;

/// <summary>How nodes judge an instance, a line each.</summary>
internal static class Judgements
{
    public static void Print(JsonArray? judgements)
    {
        foreach (var node in judgements ?? [])
        {
            var reasons = string.Join(", ", (node?["reasons"] as JsonArray ?? []).Select(r => (string?)r));
            Console.WriteLine((bool?)node?["fits"] == true ? $"    {(string?)node?["node"]}: would take it" : $"    {(string?)node?["node"]}: {(string?)node?["refusedBy"]}: {reasons}");
        }
    }
}
