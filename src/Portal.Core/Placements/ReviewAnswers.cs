using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Portal.Core.Placements;

/// <summary>
/// Reads the status of a placement review:
/// <c>{"fits":true,"summary":"…","pods":[{"name":"web","replicas":3,"fitting":3,"fits":true,"summary":"3 of 3 fit: n1, n2, n4","nodes":["n1","n2","n4"],"verdicts":[…]}],"moved":[…],"losses":[…]}</c>.
/// </summary>
internal static class ReviewAnswers
{
    public static PlacementView Placement(JsonObject status) =>
        new(true, Flag(status, "fits"), Text(status, "summary") ?? "", [.. Objects(status, "pods").Select(Process)]);

    public static ProcessPlacement Process(JsonObject set) =>
        new(Text(set, "name") ?? "", Number(set, "replicas"), Number(set, "fitting"), Flag(set, "fits"), Text(set, "summary") ?? "", Texts(set, "nodes"))
        {
            Refused = Text(set, "refused"),
            Quota = Text(set, "quota"),
            Reason = Text(set, "advice") ?? Text(set, "reason"),
            Fixes = Texts(set, "fixes"),
            Judgements = [.. Objects(set, "verdicts").Select(v => new NodeJudgement(Text(v, "node") ?? "", Flag(v, "fits"), Text(v, "refusedBy"), Texts(v, "reasons")))],
        };

    public static ImmutableArray<InstanceMove> Moves(JsonObject status, string name) => [.. Objects(status, name).Select(Move)];

    public static ImmutableArray<NodeLoss> Losses(JsonObject status) =>
        [.. Objects(status, "losses").Select(l => new NodeLoss(Text(l, "node") ?? "", Flag(l, "fits"), Number(l, "pods"), Moves(l, "unplaced"), [.. Texts(l, "down").Select(WithoutNamespace)]))];

    public static IEnumerable<JsonObject> Objects(JsonObject parent, string name) => (parent[name] as JsonArray)?.OfType<JsonObject>() ?? [];

    public static string? Text(JsonObject parent, string name) => parent[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String && value.GetValue<string>() is { Length: > 0 } text ? text : null;

    private static InstanceMove Move(JsonObject move) => new(Text(move, "pod") ?? "", Text(move, "from"), Text(move, "to"), Text(move, "reason"), Text(move, "fix"));

    // "shop-production/ReplicaSet/hello-web-5d8f": the namespace is the environment's own.
    private static string WithoutNamespace(string name) => name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..];

    private static bool Flag(JsonObject parent, string name) => parent[name] is JsonValue value && value.GetValueKind() == JsonValueKind.True;

    private static int Number(JsonObject parent, string name) => parent[name] is JsonValue value && value.TryGetValue<int>(out var number) ? number : 0;

    private static ImmutableArray<string> Texts(JsonObject parent, string name) =>
        [.. (parent[name] as JsonArray ?? []).OfType<JsonValue>().Where(v => v.GetValueKind() == JsonValueKind.String).Select(v => v.GetValue<string>())];
}
