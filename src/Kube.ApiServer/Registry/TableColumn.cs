using System.Text.Json.Nodes;

namespace Kube.ApiServer.Registry;

/// <summary>A column that <c>kubectl get</c> prints.</summary>
/// <param name="Name">Heading.</param>
/// <param name="Value">Reads the cell; null prints as nothing.</param>
internal sealed record TableColumn(string Name, Func<JsonObject, DateTimeOffset, JsonNode?> Value)
{
    /// <summary><c>string</c>, <c>integer</c> or <c>date</c>.</summary>
    public string Type { get; init; } = "string";

    /// <summary><c>name</c> for the name column.</summary>
    public string Format { get; init; } = "";

    /// <summary>0 always shown, 1 only with <c>-o wide</c>.</summary>
    public int Priority { get; init; }

    /// <summary>What the column means.</summary>
    public string Description { get; init; } = "";
}
