using System.Text.Json.Nodes;
using Integration.Tests.ApiServer;
using Testing;
using Xunit;

namespace Integration.Tests.Conformance;

/// <summary>A class of cases; each names the titles it shows in traits called Conformance.</summary>
/// <param name="suite">What the cases share.</param>
[Collection("conformance")]
public abstract class ConformanceTest(ConformanceSuite suite) : IAsyncDisposable
{
    /// <summary>The trait.</summary>
    protected const string Trait = "Conformance";

    /// <summary>How long controllers may take on a busy machine.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>What the cases share.</summary>
    protected ConformanceSuite Suite => suite;

    /// <summary>The administrator.</summary>
    protected ApiClient Api => suite.Api;

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (TestContext.Current is { Test: { } test, TestState.Result: { } result } && test.Traits.TryGetValue(Trait, out var titles))
        {
            foreach (var title in titles)
                suite.Record(title, result);
        }

        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Parses JSON written with single quotes.</summary>
    protected static JsonObject Document(string json) => JsonNode.Parse(json.Replace('\'', '"'))!.AsObject();

    /// <summary>Skips the case when the server does not have a resource.</summary>
    protected async Task NeedAsync(string collection)
    {
        var answer = await Api.SendAsync(HttpMethod.Get, collection);
        Assert.SkipWhen(answer.Code == 404, $"{collection} is not served");
    }

    /// <summary>Waits until an object is as expected.</summary>
    protected Task<JsonNode> UntilAsync(string path, Func<JsonNode, bool> holds) =>
        Eventually.Async($"the expected state of {path}", () => Api.GetAsync(path), holds, Patience);

    /// <summary>Waits for the first sign of a controller in an object, and skips the case when there is none.</summary>
    protected async Task NeedControllerAsync(string path, Func<JsonNode, bool> shows, string controller)
    {
        try
        {
            await Eventually.Async($"a sign of {controller}", () => Api.GetAsync(path), shows, TimeSpan.FromSeconds(15));
        }
        catch (TimeoutException)
        {
            Assert.Skip($"{controller} does not run here");
        }
    }

    /// <summary>Waits until an object is gone.</summary>
    protected Task GoneAsync(string path) =>
        Eventually.Async($"{path} is gone", async () => (await Api.SendAsync(HttpMethod.Get, path)).Code, code => code == 404, Patience);

    /// <summary>Names in a list.</summary>
    protected async Task<string[]> NamesAsync(string path) => [.. (await Api.GetAsync(path))["items"]!.AsArray().Select(i => (string)i!["metadata"]!["name"]!)];

    /// <summary>A pod that starts at once on a fake node.</summary>
    protected static JsonObject Pod(string name, string spec = "", string labels = "'app':'x'") =>
        Document($"{{'apiVersion':'v1','kind':'Pod','metadata':{{'name':'{name}','labels':{{{labels}}}}},'spec':{{'terminationGracePeriodSeconds':0,'containers':[{{'name':'c','image':'registry.test/x:1'}}]{spec}}}}}");

    /// <summary>A workload with a pod template; its pods carry the label app.</summary>
    protected static JsonObject Workload(string apiVersion, string kind, string name, int replicas, string more = "") =>
        Document(
            """
            {'apiVersion':'API','kind':'KIND','metadata':{'name':'NAME','labels':{'app':'NAME'}},'spec':{'replicas':REPLICAS,MORE
             'selector':SELECTOR,'template':{'metadata':{'labels':{'app':'NAME'}},'spec':{'terminationGracePeriodSeconds':0,'containers':[{'name':'c','image':'registry.test/x:1'}]}}}}
            """
            .Replace("SELECTOR", kind == "ReplicationController" ? "{'app':'NAME'}" : "{'matchLabels':{'app':'NAME'}}", StringComparison.Ordinal)
            .Replace("API", apiVersion, StringComparison.Ordinal).Replace("KIND", kind, StringComparison.Ordinal).Replace("NAME", name, StringComparison.Ordinal)
            .Replace("REPLICAS", replicas.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("MORE", more, StringComparison.Ordinal));

    /// <summary>The ready replicas a workload reports.</summary>
    protected static int Ready(JsonNode workload) => (int?)workload["status"]?["readyReplicas"] ?? 0;
}
