using Kube.ApiServer.Storage;
using Portal.Host.Instance;
using Portal.Host.Postgres;

namespace Portal.Host.Backups;

/// <summary>The parts of a restore that a real one and one for proof have in common.</summary>
internal static class RestoredParts
{
    /// <summary>Copies keys and certificates from the archive, or from a directory for one taken without them.</summary>
    /// <exception cref="StartException">They are nowhere.</exception>
    public static void PlaceKeys(DataDirectory data, BackupManifest manifest, string unpacked, string? keys)
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

    /// <summary>Starts PostgreSQL, restores both databases and reads every object of the store: four steps.</summary>
    /// <exception cref="StartException">A part of it does not work, or the store holds another number of objects than the manifest says.</exception>
    public static async Task RestoreDatabasesAsync(DataDirectory data, PostgresCluster postgres, BackupManifest manifest, string unpacked, StartProgress progress, TimeProvider time, CancellationToken cancellationToken)
    {
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
    }
}
