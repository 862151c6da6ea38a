using System.Text.Json.Nodes;

namespace Portal.Core.Compile;

/// <summary>One object to apply: only the fields the portal owns.</summary>
internal sealed record KubeObject(string Kind, string Name, JsonObject Body);
