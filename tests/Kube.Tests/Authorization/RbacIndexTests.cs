using System.Text;
using CsCheck;
using Kube.ApiServer.Authentication;
using Kube.ApiServer.Authorization.Rbac;
using Kube.ApiServer.Storage;
using Xunit;

namespace Kube.Tests.Authorization;

public sealed class RbacIndexTests
{
    private const string Group = ".rbac.authorization.k8s.io";

    // Whatever is created, changed and deleted in whatever order: the index answers as if it read everything anew.
    [Fact]
    public void The_index_says_what_a_fresh_look_would_say()
    {
        var step = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[0, 3]);
        step.Array[1, 40].Sample(steps =>
        {
            var store = new InMemoryObjectStore();
            using var index = new RbacIndex(store);
            foreach (var (what, ns, name, content) in steps)
            {
                var (resource, place, json) = Object(what, ns, name, content);
                Write(store, new ObjectKey(resource, place, $"o{name}"), content == 3 ? null : json);
                using var fresh = new RbacIndex(store);
                foreach (var user in (UserInfo[])[new("u0", "", ["g0"], UserInfo.NoExtra), new("system:serviceaccount:n1:s", "", [], UserInfo.NoExtra)])
                {
                    foreach (var at in (string[])["", "n0", "n1", "n2"])
                        Assert.Equal(Show(fresh, user, at), Show(index, user, at));
                }
            }
        }, iter: 100);
    }

    private static string Show(RbacIndex index, UserInfo user, string ns) => string.Join('\n', index.RulesOf(user, ns).Select(r => $"{r.Grant} {r.Rule}").Order(StringComparer.Ordinal));

    private static (string Resource, string Namespace, string Json) Object(int what, int ns, int name, int content) => what switch
    {
        0 => ("clusterroles" + Group, "", $$"""{"metadata":{"name":"o{{name}}"},"rules":[{"apiGroups":[""],"resources":["r{{content}}"],"verbs":["get"]}]}"""),
        1 => ("roles" + Group, $"n{ns}", $$"""{"metadata":{"name":"o{{name}}","namespace":"n{{ns}}"},"rules":[{"apiGroups":[""],"resources":["q{{content}}"],"verbs":["list"]}]}"""),
        2 => ("clusterrolebindings" + Group, "", Binding("ClusterRole", name, content, "")),
        _ => ("rolebindings" + Group, $"n{ns}", Binding(content == 0 ? "ClusterRole" : "Role", name, content, $"n{ns}")),
    };

    private static string Binding(string roleKind, int name, int content, string ns)
    {
        var subject = content switch
        {
            0 => """{"kind":"User","name":"u0"}""",
            1 => """{"kind":"Group","name":"g0"},{"kind":"User","name":"u0"}""",
            _ => """{"kind":"ServiceAccount","name":"s","namespace":"n1"}""",
        };
        return $$$"""{"metadata":{"name":"o{{{name}}}","namespace":"{{{ns}}}"},"roleRef":{"kind":"{{{roleKind}}}","name":"o{{{content}}}"},"subjects":[{{{subject}}}]}""";
    }

    private static void Write(InMemoryObjectStore store, ObjectKey key, string? json)
    {
        var live = store.Get(key);
        if (json is null && live is null)
            return;
        var kind = json is null ? WriteKind.Delete : live is null ? WriteKind.Create : WriteKind.Update;
        var result = store.WriteAsync(new Write(kind, key, live?.Revision ?? 0, Encoding.UTF8.GetBytes(json ?? """{"metadata":{"name":"x"}}"""), new Dictionary<string, string>()), CancellationToken.None).AsTask().GetAwaiter().GetResult();
        Assert.Equal(WriteOutcome.Committed, result.Outcome);
    }
}
