using System.Text.Json.Nodes;
using CsCheck;
using k8s.Models;
using Kube.Machinery.Metadata;
using Kube.Machinery.Patches;
using Kube.Machinery.Schema;
using Xunit;

namespace Kube.Tests.Patches;

/// <summary>What holds for every sequence of server-side applies; CsCheck prints the seed of a sequence that breaks it.</summary>
public sealed class ApplyPropertyTests
{
    private static readonly SchemaType Schema = ModelSchemas.For(typeof(V1Deployment));

    private static readonly Gen<string> Value = One("1", "2", "3");

    // A small world, so that managers meet: two labels, three containers, two variables each, one set of finalizers, one atomic selector.
    private static readonly Gen<JsonObject> Config = Gen.Select(
        Gen.Select(One("a", "b"), Value).Array[0, 2],
        Gen.Select(One("x", "y", "z"), Value, Gen.Select(One("E", "F"), Value).Array[0, 2]).Array[0, 3],
        One("f.example/1", "f.example/2").Array[0, 2],
        Gen.Int[0, 3],
        Build);

    private static readonly Gen<(string Manager, JsonObject Config)[]> Steps = Gen.Select(One("one", "two", "three"), Config).Array[1, 6];

    [Fact]
    public void What_is_applied_by_force_is_there_and_a_second_apply_changes_nothing() => Steps.Sample(steps =>
    {
        JsonObject? live = null;
        foreach (var (manager, config) in steps)
        {
            live = Apply(live, config, manager, force: true);
            AssertHolds(live, config, Schema, MergeRule.None, "");
            Assert.True(JsonNode.DeepEquals(live, Apply(live, config, manager, force: true, time: "2026-02-02T00:00:00Z")));
        }
    });

    [Fact]
    public void What_nobody_declares_any_more_is_gone() => Steps.Sample(steps =>
    {
        JsonObject? live = null;
        foreach (var (manager, config) in steps)
            live = Apply(live, config, manager, force: true);
        foreach (var manager in (string[])["one", "two", "three"])
            live = Apply(live, new JsonObject { ["metadata"] = new JsonObject() }, manager, force: true);
        Assert.Null(live.Object("metadata")?["managedFields"]);
        Assert.Equal(0, live.At("spec.template.spec").Array("containers")?.Count ?? 0);
        Assert.Equal(0, live.Object("metadata").Object("labels")?.Count ?? 0);
        Assert.Equal(0, live.Object("metadata").Array("finalizers")?.Count ?? 0);
        Assert.Null(live.At("spec.replicas"));
    });

    [Fact]
    public void Without_force_a_field_never_changes_under_the_manager_that_owns_it() => Gen.Select(Config, Config).Sample((mine, theirs) =>
    {
        var live = Apply(null, mine, "one", force: false);
        try
        {
            var next = Apply(live, theirs, "two", force: false);
            AssertHolds(next, mine, Schema, MergeRule.None, "");
        }
        catch (ApplyConflictException e)
        {
            Assert.NotEmpty(e.Conflicts);
            Assert.All(e.Conflicts, c => Assert.Equal("one", c.Manager));
        }
    });

    [Fact]
    public void Owned_fields_survive_being_written_down() => Steps.Sample(steps =>
    {
        JsonObject? live = null;
        foreach (var (manager, config) in steps)
            live = Apply(live, config, manager, force: true);
        foreach (var entry in live.Object("metadata").Objects("managedFields"))
        {
            var set = FieldSet.FromFieldsV1(entry.Object("fieldsV1")!);
            Assert.Equal(entry["fieldsV1"]!.ToJsonString(), set.ToFieldsV1().ToJsonString());
        }
    });

    [Fact]
    public void A_strategic_merge_applied_twice_is_the_same_as_once() => Gen.Select(Config, Config).Sample((document, patch) =>
    {
        var once = StrategicMergePatch.Apply(document, patch, Schema);
        Assert.Equal(once.ToJsonString(), StrategicMergePatch.Apply(once, patch, Schema).ToJsonString());
        AssertHolds(once, patch, Schema, MergeRule.None, "");
    });

    [Fact]
    public void A_strategic_merge_orders_what_it_names_as_it_names_it() => Gen.Select(Config, One("x", "y", "z").Array[1, 3]).Sample((document, order) =>
    {
        var wanted = order.Distinct().ToArray();
        var patch = new JsonObject();
        var spec = patch.Ensure("spec").Ensure("template").Ensure("spec");
        spec["$setElementOrder/containers"] = new JsonArray([.. wanted.Select(n => (JsonNode)new JsonObject { ["name"] = n })]);
        spec["containers"] = new JsonArray([.. wanted.Reverse().Select(n => (JsonNode)new JsonObject { ["name"] = n, ["image"] = "new" })]);
        var names = StrategicMergePatch.Apply(document, patch, Schema).At("spec.template.spec").Objects("containers").Select(c => c.Text("name")!).ToArray();
        Assert.Equal(wanted, names.Where(wanted.Contains));
        Assert.Equal(names.Length, names.Distinct().Count());
    });

    private static Gen<string> One(params string[] of) => Gen.Int[0, of.Length - 1].Select(i => of[i]);

    private static JsonObject Build((string Name, string Value)[] labels, (string Name, string Image, (string Name, string Value)[] Env)[] containers, string[] finalizers, int replicas)
    {
        var metadata = new JsonObject();
        if (labels.Length > 0)
            metadata["labels"] = new JsonObject(labels.DistinctBy(l => l.Name).Select(l => KeyValuePair.Create<string, JsonNode?>(l.Name, l.Value)));
        if (finalizers.Length > 0)
            metadata["finalizers"] = new JsonArray([.. finalizers.Distinct().Select(f => (JsonNode)f)]);
        var document = new JsonObject { ["metadata"] = metadata };
        if (replicas > 0)
            document.Ensure("spec")["replicas"] = (long)replicas;
        if (containers.Length > 0)
        {
            document.Ensure("spec").Ensure("template").Ensure("spec")["containers"] = new JsonArray([.. containers.DistinctBy(c => c.Name).Select(c =>
            {
                var container = new JsonObject { ["name"] = c.Name, ["image"] = c.Image };
                if (c.Env.Length > 0)
                    container["env"] = new JsonArray([.. c.Env.DistinctBy(e => e.Name).Select(e => (JsonNode)new JsonObject { ["name"] = e.Name, ["value"] = e.Value })]);
                return (JsonNode)container;
            })]);
        }

        return document;
    }

    // Every value that a document states is in the state, list items found by their key.
    private static void AssertHolds(JsonNode? state, JsonNode? stated, SchemaType type, MergeRule rule, string path)
    {
        switch (stated)
        {
            case JsonObject members:
                foreach (var (name, value) in members)
                {
                    var field = type.Field(name);
                    AssertHolds((state as JsonObject)?[name], value, field?.Type ?? type.Item ?? type, field?.Merge ?? MergeRule.None, $"{path}.{name}");
                }

                break;
            case JsonArray items when rule.List == ListKind.Map:
                foreach (var item in items)
                    AssertHolds((state as JsonArray)?.FirstOrDefault(s => PathElement.Key(s, rule.Keys) == PathElement.Key(item, rule.Keys)), item, type.Item!, MergeRule.None, $"{path}[]");
                break;
            case JsonArray items:
                foreach (var item in items)
                    Assert.Contains((state as JsonArray) ?? [], s => JsonNode.DeepEquals(s, item));
                break;
            default:
                Assert.True(JsonNode.DeepEquals(state, stated), $"{path}: {state} is not {stated}");
                break;
        }
    }

    private static JsonObject Apply(JsonObject? live, JsonObject config, string manager, bool force, string time = "2026-01-01T00:00:00Z") =>
        FieldOwnership.Apply(live, config, Schema, new FieldManager(manager, "apps/v1", "", time), force);
}
