using System.Text.Json.Nodes;
using Xunit;

namespace Integration.Tests.ApiServer;

/// <summary>An answer as it came.</summary>
/// <param name="Code">HTTP status code.</param>
/// <param name="Body">The bytes.</param>
/// <param name="Warnings">Warning headers.</param>
/// <param name="Encoding">Content-Encoding, or empty.</param>
public sealed record ApiAnswer(int Code, byte[] Body, IReadOnlyList<string> Warnings, string Encoding)
{
    /// <summary>The body as text.</summary>
    public string Text => System.Text.Encoding.UTF8.GetString(Body);

    /// <summary>The body as JSON.</summary>
    public JsonNode Json => JsonNode.Parse(Body)!;

    /// <summary>The body of an answer that must be a success.</summary>
    public JsonNode Ok
    {
        get
        {
            Assert.True(Code < 300, $"{Code}: {Text}");
            return Json;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Code}: {Text}";

    /// <summary>Checks that this is a refusal with a Status.</summary>
    public JsonNode Refused(int code, string reason)
    {
        Assert.True(Code == code, $"expected {code} {reason}, got {Code}: {Text}");
        Assert.Equal("Status", (string?)Json["kind"]);
        Assert.Equal(reason, (string?)Json["reason"]);
        Assert.Equal(code, (int)Json["code"]!);
        return Json;
    }
}
