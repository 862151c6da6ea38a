using System.Text.Json.Nodes;
using Xunit;

namespace Integration.Tests.Conformance;

/// <summary>The whole set of verbs for each kind.</summary>
public sealed class LifecycleTests(ConformanceSuite suite) : ConformanceTest(suite)
{
    public static IEnumerable<TheoryDataRow<string, string, string, string>> Cases => LifecycleCases.All;

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_kind_takes_every_verb(string collection, string kind, string body, string status)
    {
        await NeedAsync(collection.Replace("NS", "default", StringComparison.Ordinal));
        var ns = await Suite.NamespaceAsync();
        var label = $"case={ns}";
        var items = collection.Replace("NS", ns, StringComparison.Ordinal);
        var name = $"it-{ns}";
        var group = items.StartsWith("/api/", StringComparison.Ordinal) ? "v1" : string.Join('/', items.Split('/')[2..4]);
        JsonObject Make(string n) => Document($"{{'apiVersion':'{group}','kind':'{kind}','metadata':{{'name':'{n}','labels':{{'case':'{ns}'}}}},{body.Replace("NS", ns, StringComparison.Ordinal)}}}");

        var start = (string)(await Api.GetAsync($"{items}?labelSelector={label}"))["metadata"]!["resourceVersion"]!;
        var created = await Api.CreateAsync(items, Make(name));
        Assert.Equal(name, (string)created["metadata"]!["name"]!);
        (await Api.SendAsync(HttpMethod.Post, items, Make(name).ToJsonString())).Refused(409, "AlreadyExists");
        var read = await Api.GetAsync($"{items}/{name}");
        Assert.Equal((string)created["metadata"]!["uid"]!, (string)read["metadata"]!["uid"]!);
        Assert.Equal([name], await NamesAsync($"{items}?labelSelector={label}"));
        var everywhere = items.Replace($"/namespaces/{ns}", "", StringComparison.Ordinal);
        Assert.Equal([name], await NamesAsync($"{everywhere}?labelSelector={label}"));

        var patched = await Api.MergeAsync($"{items}/{name}", "{\"metadata\":{\"labels\":{\"patched\":\"yes\"}}}");
        Assert.Equal("yes", (string)patched["metadata"]!["labels"]!["patched"]!);
        await UpdateAsync($"{items}/{name}");
        if (status.Length > 0)
            await StatusAsync($"{items}/{name}", Document(status));

        await Api.DeleteAsync($"{items}/{name}");
        await ReleaseAsync($"{items}/{name}");
        await GoneAsync($"{items}/{name}");
        foreach (var n in (string[])["one", "two"])
            await Api.CreateAsync(items, Make($"{n}-{ns}"));
        Assert.Equal(2, (await NamesAsync($"{items}?labelSelector={label}")).Length);
        await Api.DeleteAsync($"{items}?labelSelector={label}");
        foreach (var n in (string[])["one", "two"])
        {
            await ReleaseAsync($"{items}/{n}-{ns}");
            await GoneAsync($"{items}/{n}-{ns}");
        }

        var seen = await Api.EventsAsync($"{items}?watch=true&labelSelector={label}&resourceVersion={start}&timeoutSeconds=1");
        var types = seen.Where(e => (string?)e["object"]!["metadata"]!["name"] == name).Select(e => (string)e["type"]!).ToArray();
        Assert.Equal("ADDED", types[0]);
        Assert.Equal("DELETED", types[^1]);
        Assert.Contains("MODIFIED", types);
    }

    private async Task UpdateAsync(string path)
    {
        for (var attempt = 0; ; attempt++)
        {
            var document = await Api.GetAsync(path);
            var annotations = document["metadata"]!["annotations"] as JsonObject ?? [];
            annotations.Remove("updated");
            annotations["updated"] = "yes";
            document["metadata"]!["annotations"] = annotations.DeepClone();
            var answer = await Api.SendAsync(HttpMethod.Put, path, document.ToJsonString());
            // A controller may have written in between; that is what the version is for.
            if (answer.Code == 409 && attempt < 10)
                continue;
            Assert.Equal("yes", (string)answer.Ok["metadata"]!["annotations"]!["updated"]!);
            return;
        }
    }

    private async Task StatusAsync(string path, JsonObject patch)
    {
        Assert.Equal((string)(await Api.GetAsync(path))["metadata"]!["uid"]!, (string)(await Api.GetAsync($"{path}/status"))["metadata"]!["uid"]!);
        var field = patch["status"]!.AsObject().First().Key;
        var patched = await Api.MergeAsync($"{path}/status", patch.ToJsonString());
        Assert.NotNull(patched["status"]![field]);
        Assert.Null((await Api.MergeAsync($"{path}/status", "{\"metadata\":{\"labels\":{\"through-status\":\"no\"}}}"))["metadata"]!["labels"]!["through-status"]);
        for (var attempt = 0; ; attempt++)
        {
            var document = await Api.GetAsync($"{path}/status");
            document["status"] = patch["status"]!.DeepClone();
            var answer = await Api.SendAsync(HttpMethod.Put, $"{path}/status", document.ToJsonString());
            if (answer.Code == 409 && attempt < 10)
                continue;
            Assert.NotNull(answer.Ok["status"]![field]);
            return;
        }
    }

    // Kinds that a protection finalizer holds (volumes, claims) are let go here: their controllers do not run in this suite.
    private async Task ReleaseAsync(string path)
    {
        var answer = await Api.SendAsync(HttpMethod.Get, path);
        if (answer.Code == 200 && answer.Json["metadata"]!["finalizers"] is JsonArray { Count: > 0 })
            await Api.SendAsync(HttpMethod.Patch, path, "{\"metadata\":{\"finalizers\":null}}", "application/merge-patch+json");
    }
}
