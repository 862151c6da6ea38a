using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Npgsql;
using Portal.Core.Data;
using Portal.Host.Composition;
using Portal.Host.Instance;
using Portal.Host.Postgres;
using Portal.Identity;

namespace Portal.Host.Backups;

/// <summary>Restores an archive into a directory that is thrown away again and looks whether everything is there: a backup counts only after that.</summary>
internal sealed class BackupProof(TimeProvider time)
{
    // Keys that a restore needs; one that is missing would silently be made anew.
    private static readonly string[] NeededKeys = ["app-secrets.key", "audit-signing.key", "kube-secrets.key", "data-protection.key", "oidc-signing.pfx", "oidc-encryption.pfx"];

    /// <summary>Proves it.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="keys">Directory with <c>keys</c> and <c>pki</c> for an archive without them, or null.</param>
    /// <param name="scratch">Where the throw-away directory is made.</param>
    /// <param name="progress">Told each of the eight steps.</param>
    /// <param name="cancellationToken">Gives up; the throw-away directory goes.</param>
    /// <returns>What was proved, one sentence a line.</returns>
    /// <exception cref="StartException">It would not restore, or something in it does not hold; the message says what.</exception>
    public async Task<IReadOnlyList<string>> RunAsync(string path, string? keys, string scratch, StartProgress progress, CancellationToken cancellationToken)
    {
        var data = new DataDirectory(Path.Combine(scratch, "portal-proof-" + Guid.NewGuid().ToString("N")[..8]));
        var postgres = new PostgresCluster(data, time);
        try
        {
            data.Create();
            var unpacked = Path.Combine(data.Run, "restore");
            BackupManifest manifest = null!;
            await progress.StepAsync("the archive is read and its checksums compared", async () => manifest = await BackupArchive.ReadAsync(path, unpacked, cancellationToken));
            await progress.StepAsync("keys", () =>
            {
                RestoredParts.PlaceKeys(data, manifest, unpacked, keys);
                var missing = NeededKeys.Where(key => !File.Exists(Path.Combine(data.Keys, key))).ToList();
                return missing.Count == 0 ? Task.CompletedTask : throw new StartException($"the keys lack {string.Join(", ", missing)}; without them not everything in the backup opens.");
            });
            await RestoredParts.RestoreDatabasesAsync(data, postgres, manifest, unpacked, progress, time, cancellationToken);
            StoredProof product = null!;
            await progress.StepAsync("every secret is opened, every audit walked", async () =>
            {
                await Schema.MigrateAsync(postgres, cancellationToken);
                product = await StoredProduct.ProveAsync(postgres.ConnectionString("portal_app", "portal", pool: 2), Path.Combine(data.Keys, "app-secrets.key"), cancellationToken);
            });
            var faults = product.Faults.ToList();
            var (accounts, sessionKeys) = (0L, 0);
            await progress.StepAsync("accounts and the keys that sign", async () => (accounts, sessionKeys) = await IdentityAsync(data, postgres, faults, cancellationToken));
            if (faults.Count > 0)
                throw new StartException($"{path} restores, but not everything in it holds:\n  {string.Join("\n  ", faults)}");
            return
            [
                $"the archive is whole: {manifest.Files.Count} parts, every checksum fits; it shows the state of {manifest.TakenAt:u}",
                $"the cluster's store restores: {manifest.Objects} objects, as many as were counted, each read and its secrets decrypted",
                $"the product's database restores: {product.Teams} teams, {product.Projects} projects, {product.Apps} apps, {product.Releases} releases, every app with its newest release",
                $"{product.SealedValues} sealed values (secrets, webhook secrets, channels) open with the key",
                $"the audit trail is unbroken: {product.Acts} acts, every hash fits, {product.Checkpoints} signed checkpoints fit",
                $"{accounts} accounts are there; {sessionKeys} keys of sessions and the keys that sign tokens open",
            ];
        }
        catch (Exception exception) when (exception is NpgsqlException or CryptographicException or IOException)
        {
            throw new StartException($"{path} does not restore: {exception.Message}", exception);
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            await postgres.StopAsync(CancellationToken.None);
            if (Directory.Exists(data.Root))
                Directory.Delete(data.Root, recursive: true);
        }
    }

    private static async Task<(long Accounts, int Keys)> IdentityAsync(DataDirectory data, PostgresCluster postgres, List<string> faults, CancellationToken cancellationToken)
    {
        foreach (var file in NeededKeys.Where(key => key.EndsWith(".pfx", StringComparison.Ordinal)))
        {
            using var certificate = X509CertificateLoader.LoadPkcs12FromFile(Path.Combine(data.Keys, file), password: null);
            if (!certificate.HasPrivateKey)
                faults.Add($"{file} has no private key");
        }

        var options = StartOptions.Read(data.Root, null);
        await using var services = new ServiceCollection()
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.None))
            .AddPortalIdentity(identity => IdentitySettings.Apply(identity, options, postgres))
            .BuildServiceProvider();
        var keys = services.GetRequiredService<IKeyManager>().GetAllKeys();
        foreach (var key in keys)
        {
            // What the key decrypts is tried when it is asked for.
            if (key.CreateEncryptor() is null)
                faults.Add($"the session key {key.KeyId} does not open");
        }

        await using var connection = new NpgsqlConnection(postgres.ConnectionString("portal_app", "portal", pool: 0));
        await connection.OpenAsync(cancellationToken);
        await using var count = new NpgsqlCommand("SELECT count(*) FROM identity.accounts", connection);
        return ((long)(await count.ExecuteScalarAsync(cancellationToken))!, keys.Count);
    }
}
