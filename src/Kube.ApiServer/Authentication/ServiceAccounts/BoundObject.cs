using System.Text.Json.Nodes;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Authentication.ServiceAccounts;

/// <summary>An object as a token names it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Uid">Its uid; may be empty for a node that is only mentioned.</param>
internal sealed record BoundObject(string Name, string Uid)
{
    public static BoundObject? Read(JsonObject claim, string kind) =>
        claim.Object(kind) is { } found ? new BoundObject(found.Text("name") ?? "", found.Text("uid") ?? "") : null;

    public JsonObject ToJson() => Uid.Length == 0 ? new JsonObject { ["name"] = Name } : new JsonObject { ["name"] = Name, ["uid"] = Uid };
}
