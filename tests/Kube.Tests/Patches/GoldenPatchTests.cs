using System.Text;
using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Patches;
using Kube.Machinery.Schema;
using Xunit;

namespace Kube.Tests.Patches;

/// <summary>Each folder under Golden holds in.json, patch.json and out.json; the folder's first word names the kind of patch.</summary>
public sealed class GoldenPatchTests
{
    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "Patches", "Golden");

    public static TheoryData<string> Cases => [.. Directory.GetDirectories(Root).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal)];

    [Fact]
    public void There_are_golden_cases_of_every_kind()
    {
        foreach (var kind in (string[])["json", "merge", "strategic"])
            Assert.Contains(Directory.GetDirectories(Root), d => Path.GetFileName(d).StartsWith(kind + "-", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_patch_gives_the_golden_document(string name)
    {
        var document = Read(name, "in.json");
        var patch = Read(name, "patch.json");
        var result = name.Split('-')[0] switch
        {
            "json" => JsonPatch.Apply(document, patch),
            "merge" => MergePatch.Apply(document, patch),
            _ => StrategicMergePatch.Apply((JsonObject)document!, (JsonObject)patch!, ModelSchemas.For(typeof(V1Deployment))),
        };
        Assert.Equal(Read(name, "out.json")!.ToJsonString(), result!.ToJsonString());
    }

    private static JsonNode? Read(string name, string file) => DocumentReader.ReadNode(Encoding.UTF8.GetBytes(File.ReadAllText(Path.Combine(Root, name, file))));
}
