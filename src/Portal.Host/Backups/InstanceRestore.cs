using Kube.ApiServer.Storage;
using Portal.Host.Instance;
using Portal.Host.Postgres;

namespace Portal.Host.Backups;

/// <summary>Makes a data directory from a backup. It is all or nothing: whatever fails or is interrupted leaves the directory as it was.</summary>
internal sealed class InstanceRestore(DataDirectory data, TimeProvider time)
{
    /// <summary>Restores.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="keys">Directory with <c>keys</c> and <c>pki</c> for an archive without them, or null.</param>
    /// <param name="progress">Told each step.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StartException">It cannot be restored; the message says why.</exception>
    public async Task<BackupManifest> RunAsync(string path, string? keys, StartProgress progress, CancellationToken cancellationToken)
    {
        if (File.Exists(data.InstanceFile) || Directory.Exists(data.Postgres))
            throw new StartException($"{data.Root} holds an instance already. Restore into another directory with --data, or remove that one with deploy/down --purge.");
        var rootExisted = Directory.Exists(data.Root);
        data.Create();
        var unpacked = Path.Combine(data.Run, "restore");
        var postgres = new PostgresCluster(data, time);
        InstanceSettings? settings = null;
        try
        {
            BackupManifest manifest = null!;
            await progress.StepAsync("the archive is read and its checksums compared", async () => manifest = await BackupArchive.ReadAsync(path, unpacked, cancellationToken));
            await progress.StepAsync("keys", () =>
            {
                PlaceKeys(manifest, unpacked, keys);
                settings = InstanceSettings.Adopt(data, File.ReadAllText(Path.Combine(unpacked, "instance.json")));
                if (File.Exists(Path.Combine(unpacked, "portal.json")))
                    File.Move(Path.Combine(unpacked, "portal.json"), data.SettingsFile);
                return Task.CompletedTask;
            });
            await progress.StepAsync("PostgreSQL", () => postgres.StartAsync(cancellationToken));
            await progress.StepAsync("the store", () => postgres.RestoreAsync("kube", Path.Combine(unpacked, "kube.dump"), cancellationToken));
            await progress.StepAsync("the product's database", () => postgres.RestoreAsync("portal", Path.Combine(unpacked, "portal.dump"), cancellationToken));
            await progress.StepAsync("every object is read, and a new epoch begins", async () =>
            {
                var options = new StoreOptions { ConnectionString = postgres.ConnectionString("kube_store", "kube", pool: 0), EncryptionKeyPath = Path.Combine(data.Keys, "kube-secrets.key") };
                var (_, objects) = await StoreBackup.BeginAnewAsync(options, time, cancellationToken);
                if (objects != manifest.Objects)
                    throw new StartException($"{objects} objects were restored where the backup counted {manifest.Objects}.");
            });
            await postgres.StopAsync(cancellationToken);
            Directory.Delete(unpacked, recursive: true);
            return manifest;
        }
        catch
        {
            await UndoAsync(postgres, settings, rootExisted);
            throw;
        }
    }

    private void PlaceKeys(BackupManifest manifest, string unpacked, string? keys)
    {
        if (!manifest.HasKeys && keys is null)
            throw new StartException("the backup was taken without keys. Give the directory that holds `keys` and `pki` of the lost instance: --keys DIR");
        var from = keys ?? unpacked;
        foreach (var target in new[] { data.Keys, data.Pki })
        {
            var source = Path.Combine(from, Path.GetFileName(target));
            if (!Directory.Exists(source))
                throw new StartException($"{source} does not exist; keys and certificates of the instance are needed.");
            foreach (var file in Directory.GetFiles(source, "*", SearchOption.AllDirectories))
            {
                // Some are text and some are not.
                var copy = Path.Combine(target, Path.GetRelativePath(source, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
                File.SetUnixFileMode(copy, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
        }
    }

    private async Task UndoAsync(PostgresCluster postgres, InstanceSettings? settings, bool rootExisted)
    {
        await postgres.StopAsync(CancellationToken.None);
        settings?.Release();
        foreach (var directory in new[] { data.Pki, data.Kubeconfigs, data.Keys, data.Run, data.Log, data.Postgres })
        {
            if (Directory.Exists(directory))
                Directory.Delete(directory, recursive: true);
        }

        File.Delete(data.InstanceFile);
        File.Delete(data.SettingsFile);
        if (!rootExisted)
            Directory.Delete(data.Root, recursive: true);
    }
}
