using System.Text;
using System.Text.Json.Nodes;
using Kube.ApiServer.Admission;
using Kube.ApiServer.Authentication;
using Kube.ApiServer.Http;
using Kube.ApiServer.Registry;
using Kube.ApiServer.Storage;
using Xunit;

namespace Kube.Tests.Admission;

public sealed class LimitRangeTests
{
    private static readonly ResourceCatalog Kinds = new();

    [Fact]
    public async Task Containers_get_what_they_do_not_say()
    {
        var pod = await Admit("""{"type":"Container","default":{"cpu":"500m","memory":"64Mi"},"defaultRequest":{"cpu":"100m"}}""", """{"containers":[{"name":"a"},{"name":"b","resources":{"requests":{"cpu":"50m"}}}]}""");
        Assert.Equal("""{"requests":{"cpu":"100m","memory":"64Mi"},"limits":{"cpu":"500m","memory":"64Mi"}}""", pod["spec"]!["containers"]![0]!["resources"]!.ToJsonString());
        Assert.Equal("50m", (string?)pod["spec"]!["containers"]![1]!["resources"]!["requests"]!["cpu"]);
        Assert.StartsWith("LimitRanger plugin set: cpu request, memory request, cpu limit, memory limit for container a", (string?)pod["metadata"]!["annotations"]!["kubernetes.io/limit-ranger"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"Container","min":{"cpu":"100m"}}""", """{"requests":{"cpu":"50m"}}""", "minimum cpu usage per Container is 100m, but request is 50m")]
    [InlineData("""{"type":"Container","max":{"memory":"1Gi"}}""", """{"limits":{"memory":"2Gi"}}""", "maximum memory usage per Container is 1Gi, but limit is 2Gi")]
    [InlineData("""{"type":"Container","maxLimitRequestRatio":{"cpu":"2"}}""", """{"requests":{"cpu":"100m"},"limits":{"cpu":"400m"}}""", "cpu max limit to request ratio per Container is 2, but provided ratio is 4.000000")]
    [InlineData("""{"type":"Pod","max":{"cpu":"150m"}}""", """{"limits":{"cpu":"100m"}}""", "maximum cpu usage per Pod is 150m, but limit is 200m")]
    [InlineData("""{"type":"Pod","min":{"cpu":"1"}}""", """{"requests":{"cpu":"100m"}}""", "minimum cpu usage per Pod is 1, but request is 200m")]
    public async Task Sizes_out_of_bounds_are_refused(string limit, string resources, string why)
    {
        var refusal = await Assert.ThrowsAsync<ApiStatusException>(() => Admit(limit, $$$"""{"containers":[{"name":"a","resources":{{{resources}}}},{"name":"b","resources":{{{resources}}}}]}"""));
        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(403, refusal.Status.Code);
    }

    [Fact]
    public async Task Claims_have_bounds_too()
    {
        const string limit = """{"type":"PersistentVolumeClaim","min":{"storage":"1Gi"},"max":{"storage":"2Gi"}}""";
        await Admit(limit, """{"resources":{"requests":{"storage":"2Gi"}}}""", "persistentvolumeclaims");
        var refusal = await Assert.ThrowsAsync<ApiStatusException>(() => Admit(limit, """{"resources":{"requests":{"storage":"3Gi"}}}""", "persistentvolumeclaims"));
        Assert.Contains("maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 3Gi", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<JsonObject> Admit(string limit, string spec, string resource = "pods")
    {
        var store = new InMemoryObjectStore();
        var json = $$$"""{"metadata":{"name":"l"},"spec":{"limits":[{{{limit}}}]}}""";
        await store.WriteAsync(new Write(WriteKind.Create, new ObjectKey("limitranges", "a", "l"), 0, Encoding.UTF8.GetBytes(json), new Dictionary<string, string>()), CancellationToken.None);
        var document = new JsonObject { ["metadata"] = new JsonObject(), ["spec"] = JsonNode.Parse(spec) };
        new LimitRanger(store).Admit(new AdmissionRequest(AdmissionOperation.Create, Kinds.Kinds.First(k => k.StorageResource == resource), "a", "p", "", document, null, UserInfo.Anonymous, false));
        return document;
    }
}
