using Kube.ApiServer.Storage;
using Npgsql;
using Portal.Host.Instance;
using Portal.Host.Postgres;

namespace Portal.Host.Backups;

/// <summary>Takes a backup of a running instance: both databases as they stood at one moment, and the data directory's keys.</summary>
internal sealed class InstanceBackup(DataDirectory data, TimeProvider time)
{
    /// <summary>Takes it.</summary>
    /// <param name="path">The archive; must not exist.</param>
    /// <param name="withKeys">Whether the archive holds the keys. Without them it tells nobody a secret, and is worth nothing to whoever has lost them.</param>
    /// <param name="progress">Told each step.</param>
    /// <param name="cancellationToken">Gives up; nothing is left.</param>
    /// <exception cref="StartException">It cannot be taken; the message says why.</exception>
    public async Task<BackupManifest> TakeAsync(string path, bool withKeys, StartProgress progress, CancellationToken cancellationToken)
    {
        var postgres = new PostgresCluster(data, time);
        if (!File.Exists(data.InstanceFile) || postgres.RunningProcessId() is null)
            throw new StartException($"no instance runs in {data.Root}. Start it with deploy/up; a backup is taken while it runs.");
        if (File.Exists(path))
            throw new StartException($"{path} exists already. Choose another name; a backup is never overwritten.");
        if (!Directory.Exists(Path.GetDirectoryName(path)))
            throw new StartException($"the directory {Path.GetDirectoryName(path)} does not exist.");
        var working = Directory.CreateDirectory(Path.Combine(data.Run, "backup-" + Guid.NewGuid().ToString("N")), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        try
        {
            var files = new Dictionary<string, string>(StringComparer.Ordinal);
            await using var store = await StoreBackup.FixAsync(postgres.ConnectionString("kube_store", "kube", pool: 0), cancellationToken);
            await using var product = new NpgsqlConnection(postgres.ConnectionString("portal_owner", "portal", pool: 0));
            await product.OpenAsync(cancellationToken);
            await using var transaction = await product.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
            await using var export = new NpgsqlCommand("SELECT pg_export_snapshot()", product);
            var snapshot = (string)(await export.ExecuteScalarAsync(cancellationToken))!;
            var taken = time.GetUtcNow();
            // Both moments are fixed: writers waited for milliseconds.
            await store.LetWriteAsync();
            await progress.StepAsync($"the store at revision {store.Revision}, {store.Objects} objects", async () => files["kube.dump"] = await postgres.DumpAsync("kube", store.SnapshotId, Path.Combine(working, "kube.dump"), ["kube.log_[0-9]*"], cancellationToken));
            await progress.StepAsync("the product's database", async () => files["portal.dump"] = await postgres.DumpAsync("portal", snapshot, Path.Combine(working, "portal.dump"), [], cancellationToken));
            BackupManifest manifest = null!;
            await progress.StepAsync(withKeys ? "keys, and the archive" : "the archive, without keys", async () =>
            {
                files["instance.json"] = data.InstanceFile;
                if (File.Exists(data.SettingsFile))
                    files["portal.json"] = data.SettingsFile;
                if (withKeys)
                    AddKeys(files);
                var instance = InstanceSettings.LoadOrCreate(data).Index;
                await BackupArchive.WriteAsync(path, files, sums => manifest = new BackupManifest(BackupManifest.CurrentFormat, taken, store.Revision, store.Objects, instance, withKeys, sums), cancellationToken);
            });
            return manifest;
        }
        catch (Exception exception) when (exception is NpgsqlException or IOException or UnauthorizedAccessException)
        {
            throw new StartException($"the backup failed: {exception.Message}", exception);
        }
        finally
        {
            Directory.Delete(working, recursive: true);
        }
    }

    private void AddKeys(Dictionary<string, string> files)
    {
        foreach (var directory in new[] { data.Keys, data.Pki })
        {
            foreach (var file in Directory.GetFiles(directory, "*", SearchOption.AllDirectories))
                files[$"{Path.GetFileName(directory)}/{Path.GetRelativePath(directory, file)}"] = file;
        }
    }
}
