using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Testing;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>Backup, purge, restore: people, teams, objects and secrets are there again, pods run, and what watched the old history starts anew. Slow because it starts a whole instance twice.</summary>
public sealed class A_backup_brings_everything_back
{
    [Fact]
    public async Task Backup_purge_restore()
    {
        var archive = $"/tmp/portal-backup-{Environment.ProcessId}.tar";
        await using var portal = new PortalInstance("backup");
        try
        {
            await portal.StartAsync();
            var token = await portal.AdminTokenAsync();
            using (var rest = portal.Rest(token))
            using (var created = await rest.PostAsJsonAsync("/api/v1/teams", new JsonObject { ["name"] = "kept" })) Assert.True(created.IsSuccessStatusCode, await created.Content.ReadAsStringAsync());
            await portal.KubectlOkAsync("create", "secret", "generic", "kept", "--from-literal=password=canary-91c7");
            await portal.KubectlOkAsync("create", "deployment", "kept", "--image=localhost/portal/hello:1", "--port=8080");
            await portal.KubectlOkAsync("rollout", "status", "deployment/kept", "--timeout=90s");
            var old = (string)JsonNode.Parse(await portal.KubectlOkAsync("get", "--raw", "/api/v1/configmaps?limit=1"))!["metadata"]!["resourceVersion"]!;

            var backup = await portal.PortalAsync(["backup", archive, "--data", portal.Data]);
            Assert.True(backup.ExitCode == 0, backup.Output + backup.Error);
            var proof = await portal.PortalAsync(["backup", "--verify", archive, "--data", portal.Data]);
            Assert.True(proof.ExitCode == 0, proof.Output + proof.Error);
            Assert.Contains("the audit trail is unbroken", proof.Output, StringComparison.Ordinal);
            Assert.Contains("1 teams", proof.Output, StringComparison.Ordinal);
            Assert.Empty(Directory.GetDirectories(Path.GetTempPath(), "portal-proof-*"));
            Assert.Equal("600", (await PortalInstance.RunAsync("stat", ["-c", "%a", archive])).Output.Trim());
            await portal.KubectlOkAsync("create", "configmap", "lost");
            var again = await portal.PortalAsync(["backup", archive, "--data", portal.Data]);
            Assert.Equal(1, again.ExitCode);
            Assert.Contains("exists already", again.Error, StringComparison.Ordinal);
            var refused = await portal.PortalAsync(["restore", archive, "--data", portal.Data]);
            Assert.Equal(1, refused.ExitCode);
            Assert.Contains("holds an instance already", refused.Error, StringComparison.Ordinal);

            await ADamagedArchiveIsNotProvedAsync(portal, archive);
            await PortalInstance.RunAsync(Repository.Path("deploy/down"), ["--data", portal.Data, "--purge"]);
            await ADamagedArchiveIsRefusedAsync(portal, archive);
            var up = await portal.UpAsync("--restore", archive);
            Assert.True(up.ExitCode == 0, up.Output + up.Error);

            Assert.Equal("canary-91c7", System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(await portal.KubectlOkAsync("get", "secret", "kept", "-o", "jsonpath={.data.password}"))));
            await portal.KubectlOkAsync("rollout", "status", "deployment/kept", "--timeout=90s");
            Assert.NotEqual(0, (await portal.KubectlAsync("get", "configmap", "lost")).ExitCode);
            // The token of before: accounts and the keys that sign are back.
            using (var rest = portal.Rest(token))
            using (var teams = await rest.GetAsync(new Uri("/api/v1/teams", UriKind.Relative)))
            {
                Assert.Equal(HttpStatusCode.OK, teams.StatusCode);
                Assert.Contains("\"kept\"", await teams.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }

            var watch = await portal.KubectlAsync("get", "--raw", $"/api/v1/configmaps?watch=true&timeoutSeconds=5&resourceVersion={old}");
            Assert.Contains("\"code\":410", watch.Output + watch.Error, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(archive);
        }
    }

    private static Task ADamagedArchiveIsNotProvedAsync(PortalInstance portal, string archive) => WithDamagedAsync(archive, async damaged =>
    {
        var proof = await portal.PortalAsync(["backup", "--verify", damaged, "--data", portal.Data]);
        Assert.Equal(1, proof.ExitCode);
        Assert.Contains("damaged", proof.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("proved", proof.Output, StringComparison.Ordinal);
    });

    private static Task ADamagedArchiveIsRefusedAsync(PortalInstance portal, string archive) => WithDamagedAsync(archive, async damaged =>
    {
        var up = await portal.UpAsync("--restore", damaged);
        Assert.NotEqual(0, up.ExitCode);
        Assert.Contains("damaged", up.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(portal.Data, "instance.json")));
    });

    private static async Task WithDamagedAsync(string archive, Func<string, Task> look)
    {
        var damaged = archive + ".damaged";
        var bytes = await File.ReadAllBytesAsync(archive);
        bytes[bytes.Length / 2] ^= 0xff;
        await File.WriteAllBytesAsync(damaged, bytes);
        try
        {
            await look(damaged);
        }
        finally
        {
            File.Delete(damaged);
        }
    }
}
