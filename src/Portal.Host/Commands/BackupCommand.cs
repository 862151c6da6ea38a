using System.CommandLine;
using Portal.Host.Backups;
using Portal.Host.Instance;

namespace Portal.Host.Commands;

/// <summary><c>portal backup [--verify] FILE</c> and <c>portal restore FILE</c>.</summary>
internal static class BackupCommand
{
    private const int BackupSteps = 3;
    private const int RestoreSteps = 6;
    private const int ProofSteps = 8;

    public static Command CreateBackup()
    {
        var file = new Argument<string>("file") { Description = "The archive to write; it must not exist." };
        var data = CommonOptions.Data();
        var withoutKeys = new Option<bool>("--without-keys") { Description = "Leave the keys out: then keep DATA/keys and DATA/pki apart, a restore needs them." };
        var verify = new Option<bool>("--verify") { Description = "Prove an archive: restore it into a directory that is thrown away again and look whether everything is there. An archive that does not exist is taken first." };
        var keys = new Option<string?>("--keys") { Description = "With --verify: directory with `keys` and `pki`, for an archive without them." };
        var scratch = new Option<string?>("--scratch") { Description = "With --verify: where the throw-away directory is made; the system's directory for temporary files when left out." };
        var command = new Command("backup", "Write both databases, as they stand at one moment, and the keys into one archive, while the instance runs; or prove one.") { file, data, withoutKeys, verify, keys, scratch };
        command.SetAction((result, cancellationToken) => CommandErrors.GuardAsync(async () =>
        {
            RequireRoot();
            var path = Path.GetFullPath(result.GetValue(file)!);
            if (!result.GetValue(verify) || !File.Exists(path))
                await TakeAsync(Directory(result.GetValue(data)), path, !result.GetValue(withoutKeys), cancellationToken);
            if (result.GetValue(verify))
                await ProveAsync(path, result.GetValue(keys) ?? (result.GetValue(withoutKeys) ? Directory(result.GetValue(data)).Root : null), Path.GetFullPath(result.GetValue(scratch) ?? Path.GetTempPath()), cancellationToken);
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

    private static async Task TakeAsync(DataDirectory data, string path, bool withKeys, CancellationToken cancellationToken)
    {
        using var progress = new StartProgress(null, BackupSteps, TimeProvider.System);
        var manifest = await new InstanceBackup(data, TimeProvider.System).TakeAsync(path, withKeys, progress, cancellationToken);
        Console.WriteLine($"wrote {path} ({new FileInfo(path).Length / 1024} KiB), the state of {manifest.TakenAt:u}");
        if (manifest.HasKeys)
            Console.WriteLine("it holds the keys that open every secret: store it as safely as them, or use --without-keys");
    }

    private static async Task ProveAsync(string path, string? keys, string scratch, CancellationToken cancellationToken)
    {
        using var progress = new StartProgress(null, ProofSteps, TimeProvider.System);
        var proved = await new BackupProof(TimeProvider.System).RunAsync(path, keys, scratch, progress, cancellationToken);
        Console.WriteLine($"proved: {path} restores");
        foreach (var sentence in proved)
            Console.WriteLine("  " + sentence);
    }

    private static DataDirectory Directory(string? data) => new(Path.GetFullPath(data ?? DataDirectory.DefaultRoot));

    private static void RequireRoot()
    {
        if (!Environment.IsPrivilegedProcess)
            throw new StartException("root is needed to read the instance's keys and PostgreSQL's private account. Run it as root.");
    }
}
