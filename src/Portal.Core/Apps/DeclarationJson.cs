using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Portal.Core.Apps;

/// <summary>A declaration as a JSON tree without empty members, keys in the order of the record.</summary>
internal static class DeclarationJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.Strict,
    };

    private static readonly JsonSerializerOptions Indented = new(Options) { WriteIndented = true };

    public static JsonObject ToTree(AppDeclaration declaration)
    {
        var tree = JsonSerializer.SerializeToNode(declaration, Options)!.AsObject();
        // A null list in an override means "keep the base", an empty one "none": only maps and the lists of spec and processes lose their empties.
        Prune(tree["spec"]!.AsObject());
        foreach (var (_, changes) in tree["environments"]!.AsObject()) Prune(changes!.AsObject(), keep: ["secrets", "domains"]);
        if (tree["environments"]!.AsObject().Count == 0) tree.Remove("environments");
        return tree;
    }

    public static AppDeclaration FromTree(JsonNode tree) => tree.Deserialize<AppDeclaration>(Options)!;

    public static string Write(AppDeclaration declaration) => ToTree(declaration).ToJsonString(Options);

    public static string WriteIndented(AppDeclaration declaration) => ToTree(declaration).ToJsonString(Indented);

    /// <summary>Reads what <see cref="Write"/> wrote, or PostgreSQL's equal form of it.</summary>
    public static AppDeclaration Read(string json) => JsonSerializer.Deserialize<AppDeclaration>(json, Options)!;

    private static void Prune(JsonObject spec, params string[] keep)
    {
        if (spec["processes"] is JsonObject processes)
        {
            foreach (var (_, process) in processes)
            {
                if (process!["health"] is JsonObject health) RemoveEmpty(health, []);
                RemoveEmpty(process.AsObject(), []);
            }
        }

        foreach (var part in (string[])["release", "rollout"])
        {
            // Named with nothing in it, it says nothing.
            if (spec[part] is JsonObject written) RemoveEmpty(written, []);
        }

        RemoveEmpty(spec, ["processes", .. keep]);
        if (keep.Length > 0 && spec["processes"] is JsonObject { Count: 0 }) spec.Remove("processes");
    }

    private static void RemoveEmpty(JsonObject node, string[] keep)
    {
        foreach (var (key, _) in node.Where(member => member.Value is JsonObject { Count: 0 } or JsonArray { Count: 0 } && !keep.Contains(member.Key)).ToList()) node.Remove(key);
    }
}
