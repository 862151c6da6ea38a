using System.CommandLine;
using Kube.ApiServer.Storage;
using Kube.ApiServer.Storage.Encryption;
using Portal.Host.Instance;
using Portal.Host.Postgres;

namespace Portal.Host.Commands;

/// <summary><c>portal keys rotate</c>: a new key for the Kubernetes Secrets of a running instance.</summary>
internal static class KeysCommand
{
    public static Command Create() => new("keys", "Keys that encrypt what is stored.") { CreateRotate() };

    private static Command CreateRotate()
    {
        var data = CommonOptions.Data();
        var removeOld = new Option<bool>("--remove-old") { Description = "Take the old keys out of the key file at the end. Backups taken before need them: keep a copy as long as those." };
        var command = new Command("rotate", "Make a new key and seal every stored Secret with it, while the instance runs.") { data, removeOld };
        command.SetAction((result, cancellationToken) => CommandErrors.GuardAsync(async () =>
        {
            var directory = new DataDirectory(Path.GetFullPath(result.GetValue(data) ?? DataDirectory.DefaultRoot));
            var postgres = new PostgresCluster(directory, TimeProvider.System);
            if (postgres.RunningProcessId() is null)
                throw new StartException($"PostgreSQL of the instance in {directory.Root} does not run. Start it with deploy/up.");
            var options = new StoreOptions { ConnectionString = postgres.ConnectionString("kube_store", "kube", pool: 0), EncryptionKeyPath = Path.Combine(directory.Keys, "kube-secrets.key") };
            var progress = new Progress<int>(count => Console.WriteLine($"{count} sealed anew"));
            var (keyId, count) = await KeyRotation.RunAsync(options, result.GetValue(removeOld), progress, TimeProvider.System, cancellationToken);
            Console.WriteLine($"key {keyId}: {count} stored versions of Secrets sealed anew{(result.GetValue(removeOld) ? "; the old keys are gone from the file" : string.Empty)}");
            return 0;
        }));
        return command;
    }
}
