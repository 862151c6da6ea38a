using System.Text;
using Kube.ApiServer.Storage;

namespace Kube.Tests.Storage;

/// <summary>Short ways to say keys and writes.</summary>
internal static class Objects
{
    private static readonly Dictionary<string, string> NoLabels = [];

    public static ObjectKey Key(string name, string ns = "a", string resource = "configmaps") => new(resource, ns, name);

    public static Write Create(ObjectKey key, string data = "") => new(WriteKind.Create, key, 0, Json(key, data), NoLabels);

    public static Write Update(ObjectKey key, long expected, string data = "") => new(WriteKind.Update, key, expected, Json(key, data), NoLabels);

    public static Write Delete(ObjectKey key, long expected) => new(WriteKind.Delete, key, expected, Json(key, ""), NoLabels);

    public static byte[] Lease(ObjectKey key, string uid, string holder, int transitions) => Encoding.UTF8.GetBytes(
        $$$"""{"metadata":{"name":"{{{key.Name}}}","uid":"{{{uid}}}"},"spec":{"holderIdentity":"{{{holder}}}","leaseTransitions":{{{transitions}}}}}""");

    public static string Text(StoredObject stored) => Encoding.UTF8.GetString(stored.Json.Span);

    private static byte[] Json(ObjectKey key, string data) => Encoding.UTF8.GetBytes($$"""{"kind":"ConfigMap","metadata":{"name":"{{key.Name}}"},"data":"{{data}}"}""");
}
