using System.Text.Json.Nodes;
using Portal.Core.Results;

namespace Portal.Core.Apps.Documents;

/// <summary>A list of items of one rule.</summary>
internal sealed record ListRule(string Description, Rule Item, int MaxItems, bool Unique) : Rule(Description)
{
    public override JsonNode? Read(DocumentNode node, string path, List<FieldError> faults)
    {
        if (node is not ListNode list) return Wrong(node, path, "Must be a list.", faults);
        if (list.Items.Count > MaxItems) return Wrong(node, path, $"Must have at most {MaxItems} items.", faults);
        var items = new JsonArray();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var index = 0; index < list.Items.Count; index++)
        {
            var place = $"{path}[{index}]";
            if (Item.Read(list.Items[index], place, faults) is not { } item) continue;
            if (Unique && !seen.Add(item.ToString())) Wrong(list.Items[index], place, $"'{item}' stands here twice.", faults);
            else items.Add(item);
        }

        return items;
    }

    public override JsonObject Schema() => new()
    {
        ["type"] = "array",
        ["description"] = Description,
        ["items"] = Item.Schema(),
        ["maxItems"] = MaxItems,
        ["uniqueItems"] = Unique,
    };
}
