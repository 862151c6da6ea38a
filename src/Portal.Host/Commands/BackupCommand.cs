using System.CommandLine;
using Portal.Host.Backups;
using Portal.Host.Instance;

namespace Portal.Host.Commands;

/// <summary><c>portal backup FILE</c> and <c>portal restore FILE</c>.</summary>
internal static class BackupCommand
{
    private const int BackupSteps = 3;
    private const int RestoreSteps = 6;

    public static Command CreateBackup()
    {
        var file = new Argument<string>("file") { Description = "The archive to write; it must not exist." };
        var data = CommonOptions.Data();
        var withoutKeys = new Option<bool>("--without-keys") { Description = "Leave the keys out: then keep DATA/keys and DATA/pki apart, a restore needs them." };
        var command = new Command("backup", "Write both databases, as they stand at one moment, and the keys into one archive, while the instance runs.") { file, data, withoutKeys };
        command.SetAction((result, cancellationToken) => CommandErrors.GuardAsync(async () =>
        {
            RequireRoot();
            using var progress = new StartProgress(null, BackupSteps, TimeProvider.System);
            var path = Path.GetFullPath(result.GetValue(file)!);
            var manifest = await new InstanceBackup(Directory(result.GetValue(data)), TimeProvider.System).TakeAsync(path, !result.GetValue(withoutKeys), progress, cancellationToken);
            Console.WriteLine($"wrote {path} ({new FileInfo(path).Length / 1024} KiB), the state of {manifest.TakenAt:u}");
            if (manifest.HasKeys)
                Console.WriteLine("it holds the keys that open every secret: store it as safely as them, or use --without-keys");
            return 0;
        }));
        return command;
    }

    public static Command CreateRestore()
    {
        var file = new Argument<string>("file") { Description = "An archive of `portal backup`." };
        var data = CommonOptions.Data();
        var keys = new Option<string?>("--keys") { Description = "Directory with `keys` and `pki`, for an archive without them." };
        var command = new Command("restore", "Make a data directory from a backup; deploy/up then starts it.") { file, data, keys };
        command.SetAction((result, cancellationToken) => CommandErrors.GuardAsync(async () =>
        {
            RequireRoot();
            var directory = Directory(result.GetValue(data));
            using var progress = new StartProgress(null, RestoreSteps, TimeProvider.System);
            var manifest = await new InstanceRestore(directory, TimeProvider.System).RunAsync(Path.GetFullPath(result.GetValue(file)!), result.GetValue(keys), progress, cancellationToken);
            Console.WriteLine($"restored the state of {manifest.TakenAt:u}. Start it: deploy/up --data {directory.Root}");
            return 0;
        }));
        return command;
    }

    private static DataDirectory Directory(string? data) => new(Path.GetFullPath(data ?? DataDirectory.DefaultRoot));

    private static void RequireRoot()
    {
        if (!Environment.IsPrivilegedProcess)
            throw new StartException("root is needed to read the instance's keys and PostgreSQL's private account. Run it as root.");
    }
}
