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
                RestoredParts.PlaceKeys(data, manifest, unpacked, keys);
                settings = InstanceSettings.Adopt(data, File.ReadAllText(Path.Combine(unpacked, "instance.json")));
                if (File.Exists(Path.Combine(unpacked, "portal.json")))
                    File.Move(Path.Combine(unpacked, "portal.json"), data.SettingsFile);
                return Task.CompletedTask;
            });
            await RestoredParts.RestoreDatabasesAsync(data, postgres, manifest, unpacked, progress, time, cancellationToken);
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
