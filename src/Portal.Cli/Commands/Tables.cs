using System.Text.Json.Nodes;
using Spectre.Console;

namespace Portal.Cli.Commands;

/// <summary>Lists of the REST API as tables.</summary>
internal static class Tables
{
    private const int RedirectedWidth = 2000;

    /// <summary>Prints one row an item.</summary>
    /// <param name="items">A JSON array of objects.</param>
    /// <param name="columns">Heading and dotted path of each column.</param>
    public static void Print(JsonNode? items, params (string Heading, string Path)[] columns)
    {
        var table = new Table().Border(TableBorder.None).AddColumns([.. columns.Select(column => column.Heading)]);
        foreach (var item in items as JsonArray ?? [])
            table.AddRow([.. columns.Select(column => Markup.Escape(column.Path.Split('.').Aggregate(item, (node, key) => node?[key])?.ToString() ?? "-"))]);
        // Into a file or another program each row is one line, however long.
        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = RedirectedWidth;
        AnsiConsole.Write(table);
    }
}
