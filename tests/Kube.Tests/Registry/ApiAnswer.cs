using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Kube.Tests.Registry;

/// <summary>What the server answered.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">The document; empty when it was none.</param>
/// <param name="Headers">Response headers.</param>
internal sealed record ApiAnswer(int Status, JsonObject Body, IHeaderDictionary Headers)
{
    /// <summary>The causes as <c>field: message</c>, in the order the server names them.</summary>
    public IReadOnlyList<string> Causes =>
        [.. (Body["details"]?["causes"]?.AsArray() ?? []).Select(c => $"{c!["field"]}: {c["message"]}")];

    public ApiAnswer Expect(int status)
    {
        Xunit.Assert.True(status == Status, $"expected {status}, the server answered {Status}: {Body.ToJsonString()}");
        return this;
    }

    /// <summary>The value at a dotted path as text.</summary>
    public string? At(string path)
    {
        JsonNode? node = Body;
        foreach (var part in path.Split('.'))
            node = node is JsonArray list ? list[int.Parse(part, System.Globalization.CultureInfo.InvariantCulture)] : node?[part];
        return node?.ToString();
    }
}
