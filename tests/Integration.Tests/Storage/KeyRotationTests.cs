using System.Text;
using Kube.ApiServer.Storage;
using Kube.ApiServer.Storage.Encryption;
using Xunit;

namespace Integration.Tests.Storage;

public sealed class KeyRotationTests
{
    [Fact]
    public async Task A_new_key_is_used_at_once_old_secrets_are_sealed_anew_and_the_old_key_may_go_while_servers_run()
    {
        await using var fixture = await StoreFixture.CreateAsync();
        await using var leader = await fixture.OpenAsync();
        var (follower, _) = await fixture.OpenReplicaAsync();
        var options = fixture.Options();
        for (var i = 0; i < 450; i++) await leader.WriteAsync(StoreFixture.Create(StoreFixture.Key("s" + i, resource: "secrets"), "value" + i), CancellationToken.None);

        using var stop = new CancellationTokenSource();
        var writer = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++) await leader.WriteAsync(StoreFixture.Create(StoreFixture.Key("during" + i, resource: "secrets"), "value"), CancellationToken.None);
        });
        var old = KeyFile.Read(options.EncryptionKeyPath).CurrentId;
        var (keyId, count) = await KeyRotation.RunAsync(options, removeOld: true, null, TimeProvider.System, CancellationToken.None);
        await stop.CancelAsync();
        await writer;

        Assert.NotEqual(old, keyId);
        Assert.True(count >= 900, $"head and log hold 450 each, {count} were sealed anew");
        Assert.Equal([keyId], KeyFile.Read(options.EncryptionKeyPath).Ids);
        var values = await fixture.QueryAsync<byte[]>("SELECT value FROM kube.head WHERE resource = 'secrets' UNION ALL SELECT value FROM kube.log WHERE resource = 'secrets'");
        Assert.All(values, value => Assert.Equal(keyId, Encoding.UTF8.GetString(value, 2, value[1])));
        Assert.True(await follower.ReachAsync(leader.Revision, TimeSpan.FromSeconds(10), CancellationToken.None));
        await leader.DisposeAsync();
        await follower.WaitForRoleAsync(leads: true, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));

        var (again, _) = await fixture.OpenReplicaAsync();
        Assert.Contains("value7", Encoding.UTF8.GetString(again.Get(StoreFixture.Key("s7", resource: "secrets"))!.Json.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_without_the_key_fails_closed_and_says_which_file_is_wanted()
    {
        await using var fixture = await StoreFixture.CreateAsync();
        await using (var store = await fixture.OpenAsync()) await store.WriteAsync(StoreFixture.Create(StoreFixture.Key("s", resource: "secrets"), "value"), CancellationToken.None);
        var options = fixture.Options();
        File.Delete(options.EncryptionKeyPath);
        var refusal = await Assert.ThrowsAsync<StoreStartException>(() => fixture.OpenAsync());
        Assert.Contains(options.EncryptionKeyPath, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_secret_lies_in_PostgreSQL_in_any_common_spelling_not_even_its_log_or_a_dump()
    {
        await using var fixture = await StoreFixture.CreateAsync();
        const string canary = "Canary-7f3a9c51d2!&";
        const string control = "Control-7f3a9c51d2!&";
        await using (var store = await fixture.OpenAsync())
        {
            foreach (var (value, resource) in new[] { (canary, "secrets"), (control, "configmaps") })
            {
                // As people hand it over: plain, and as base64 in data.
                foreach (var text in new[] { value, Convert.ToBase64String(Encoding.UTF8.GetBytes(value)) })
                {
                    var key = StoreFixture.Key("x" + text.Length, resource: resource);
                    var written = await store.WriteAsync(StoreFixture.Create(key, text), CancellationToken.None);
                    await store.WriteAsync(StoreFixture.Update(key, written.Object!.Revision, text), CancellationToken.None);
                }
            }

            await fixture.QueryAsync<string>("CHECKPOINT; SELECT 'done'");
        }

        var dump = Path.Combine(fixture.Postgres.SocketDirectory, "dump.sql");
        await fixture.QueryAsync<string>($"COPY (SELECT encode(value, 'escape') FROM kube.head) TO '{dump}'; SELECT 'done'");
        await fixture.Postgres.StopAsync();
        Assert.Empty(Spellings(canary).Where(spelling => Contains(fixture.Postgres.SocketDirectory, spelling)).Select(Encoding.UTF8.GetString));
        // The same scan finds what is not encrypted, so it looks at the right files.
        Assert.True(Contains(fixture.Postgres.SocketDirectory, Encoding.UTF8.GetBytes(control)));
    }

    private static IEnumerable<byte[]> Spellings(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        yield return bytes;
        yield return Encoding.Unicode.GetBytes(text);
        yield return Encoding.UTF8.GetBytes(Convert.ToHexString(bytes));
        yield return Encoding.UTF8.GetBytes(Convert.ToHexStringLower(bytes));
        yield return Encoding.UTF8.GetBytes(Uri.EscapeDataString(text));
        yield return Encoding.UTF8.GetBytes(System.Text.Json.JsonEncodedText.Encode(text).ToString());
        for (var offset = 0; offset < 3; offset++)
        {
            // The middle of base64 that began up to two bytes before; its edges depend on what stands around.
            var shifted = Convert.ToBase64String([.. new byte[offset], .. bytes]);
            yield return Encoding.UTF8.GetBytes(shifted[4..^4]);
        }
    }

    private static bool Contains(string directory, byte[] bytes) =>
        Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Where(f => !Path.GetFileName(f).StartsWith(".s.PGSQL", StringComparison.Ordinal)).Any(f => File.ReadAllBytes(f).AsSpan().IndexOf(bytes) >= 0);
}
