using System.Text.Json.Nodes;
using CsCheck;
using Kube.Machinery.Patches;
using Xunit;

namespace Kube.Tests.Patches;

public sealed class PatchPropertyTests
{
    private static readonly Gen<JsonNode> Document = Gen.Recursive<JsonNode>((depth, inner) =>
        depth >= 3
            ? Gen.Int[0, 9].Select(i => (JsonNode)JsonValue.Create((long)i))
            : Gen.Frequency(
                (2, Gen.Int[0, 9].Select(i => (JsonNode)JsonValue.Create((long)i))),
                (3, Gen.Select(Gen.OneOf(Gen.Const("a"), Gen.Const("b"), Gen.Const("c"), Gen.Const("d")), inner).Array[0, 4].Select(Object))));

    [Fact]
    public void A_merge_patch_made_of_the_target_is_idempotent() =>
        Gen.Select(Document, Document).Sample((target, patch) =>
        {
            var once = MergePatch.Apply(target, patch);
            return JsonNode.DeepEquals(once, MergePatch.Apply(once, patch));
        });

    [Fact]
    public void A_json_patch_that_adds_then_removes_changes_nothing() =>
        Gen.Select(Document.Array[0, 3], Document).Sample((items, value) =>
        {
            var document = new JsonObject { ["list"] = new JsonArray([.. items.Select(i => i.DeepClone())]) };
            var patch = JsonNode.Parse("""[{"op":"add","path":"/list/0"},{"op":"remove","path":"/list/0"}]""")!.AsArray();
            patch[0]!["value"] = value.DeepClone();
            return JsonNode.DeepEquals(document, JsonPatch.Apply(document, patch));
        });

    [Theory]
    [InlineData("""[{"op":"remove","path":"/missing"}]""")]
    [InlineData("""[{"op":"test","path":"/a","value":2}]""")]
    [InlineData("""[{"op":"add","path":"/list/9","value":1}]""")]
    [InlineData("""[{"op":"jump","path":"/a"}]""")]
    [InlineData("""[{"op":"add","path":"a","value":1}]""")]
    [InlineData("""{"op":"add"}""")]
    public void A_json_patch_that_does_not_fit_is_refused(string patch) =>
        Assert.Throws<PatchException>(() => JsonPatch.Apply(JsonNode.Parse("""{"a":1,"list":[1]}"""), JsonNode.Parse(patch)));

    [Fact]
    public void A_copy_bomb_is_refused_before_it_is_built()
    {
        var patch = new JsonArray();
        for (var i = 0; i < 40; i++)
            patch.Add(new JsonObject { ["op"] = "copy", ["from"] = "/a", ["path"] = "/a/b" + i });
        var document = new JsonObject { ["a"] = new JsonObject { ["x"] = 1 } };
        Assert.Throws<PatchException>(() => JsonPatch.Apply(document, patch));
    }

    private static JsonNode Object((string Name, JsonNode Value)[] members)
    {
        var result = new JsonObject();
        foreach (var (name, value) in members)
            result[name] = value.DeepClone();
        return result;
    }
}
