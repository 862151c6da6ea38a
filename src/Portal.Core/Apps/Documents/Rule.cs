using System.Text.Json.Nodes;
using Portal.Core.Results;

namespace Portal.Core.Apps.Documents;

/// <summary>What a node of a declaration may be. One tree of rules validates, converts, and describes itself as JSON schema.</summary>
/// <param name="Description">What the value means, for the schema's reader.</param>
internal abstract record Rule(string Description)
{
    /// <summary>Converts the node, adding every fault found on the way. Null when it cannot be converted.</summary>
    public abstract JsonNode? Read(DocumentNode node, string path, List<FieldError> faults);

    /// <summary>This rule as JSON schema, draft 2020-12.</summary>
    public abstract JsonObject Schema();

    protected static JsonNode? Wrong(DocumentNode node, string path, string message, List<FieldError> faults)
    {
        faults.Add(new(path, message, node.Line));
        return null;
    }
}
