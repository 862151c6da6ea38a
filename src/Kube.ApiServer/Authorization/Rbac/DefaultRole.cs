using System.Text.Json.Nodes;

namespace Kube.ApiServer.Authorization.Rbac;

/// <summary>A ClusterRole every cluster has, and who holds it.</summary>
/// <param name="Name">The role's name; its binding has the same.</param>
/// <param name="Rules">Its own rules.</param>
internal sealed record DefaultRole(string Name, params PolicyRule[] Rules)
{
    /// <summary>The label by whose presence other roles are gathered into this one; null when it stands alone.</summary>
    public string? AggregatesFrom { get; init; }

    /// <summary>The label that puts this role's rules into another; null when it stands alone.</summary>
    public string? AggregatesTo { get; init; }

    /// <summary>Users bound to it.</summary>
    public string[] Users { get; init; } = [];

    /// <summary>Groups bound to it.</summary>
    public string[] Groups { get; init; } = [];

    public JsonObject ToJson()
    {
        var labels = new JsonObject { ["kubernetes.io/bootstrapping"] = "rbac-defaults" };
        if (AggregatesTo is not null)
            labels[AggregatesTo] = "true";
        var document = New("ClusterRole", labels);
        document["rules"] = new JsonArray([.. Rules.Select(r => (JsonNode)r.ToJson())]);
        if (AggregatesFrom is not null)
            document["aggregationRule"] = new JsonObject { ["clusterRoleSelectors"] = new JsonArray(new JsonObject { ["matchLabels"] = new JsonObject { [AggregatesFrom] = "true" } }) };
        return document;
    }

    /// <summary>The binding to its holders; null when nobody holds it from the start.</summary>
    public JsonObject? BindingToJson()
    {
        if (Users.Length == 0 && Groups.Length == 0)
            return null;
        var document = New("ClusterRoleBinding", new JsonObject { ["kubernetes.io/bootstrapping"] = "rbac-defaults" });
        document["roleRef"] = new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "ClusterRole", ["name"] = Name };
        document["subjects"] = new JsonArray([.. Users.Select(u => (JsonNode)Subject("User", u)), .. Groups.Select(g => (JsonNode)Subject("Group", g))]);
        return document;
    }

    private static JsonObject Subject(string kind, string name) => new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = kind, ["name"] = name };

    private JsonObject New(string kind, JsonObject labels) => new()
    {
        ["kind"] = kind,
        ["apiVersion"] = "rbac.authorization.k8s.io/v1",
        ["metadata"] = new JsonObject
        {
            ["name"] = Name,
            ["labels"] = labels,
            ["annotations"] = new JsonObject { [DefaultRoles.AutoUpdate] = "true" },
        },
    };
}
