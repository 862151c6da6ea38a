using System.CommandLine;
using Portal.Host.Instance;

namespace Portal.Host.Commands;

/// <summary><c>portal image import FILE.tar</c>: hands an image archive to the node of this machine.</summary>
internal static class ImageCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "An OCI or docker-save archive (.tar)." };
        var data = CommonOptions.Data();
        var agent = new Option<string?>("--agent-data") { Description = "The data directory of an agent that runs without a server (default: DATA/agent)." };
        var import = new Command("import", "Import an image archive into this machine's node.") { file, data, agent };
        import.SetAction((result, cancellationToken) => CommandErrors.GuardAsync(async () =>
        {
            var source = result.GetValue(file)!;
            if (!File.Exists(source))
                throw new StartException($"{source} does not exist.");
            var directory = result.GetValue(agent) is { } explicitDirectory
                ? Path.GetFullPath(explicitDirectory)
                : new DataDirectory(Path.GetFullPath(result.GetValue(data) ?? DataDirectory.DefaultRoot)).Agent;
            if (!Directory.Exists(directory))
                throw new StartException($"{directory} does not exist: no node runs from there. Give the instance's --data.");
            return await ImportAsync(source, Path.Combine(directory, "images"), cancellationToken);
        }));
        return new Command("image", "Images on this machine's node.") { import };
    }

    // The agent watches the directory; it answers with a marker beside the file. A rename makes the archive appear whole.
    private static async Task<int> ImportAsync(string source, string images, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(images);
        var target = Path.Combine(images, $"{Path.GetFileNameWithoutExtension(source)}-{Guid.NewGuid():N}.tar");
        try
        {
            await using (var from = File.OpenRead(source))
            await using (var to = File.Create(target + ".part"))
                await from.CopyToAsync(to, cancellationToken);
            File.Move(target + ".part", target);

            var deadline = TimeProvider.System.GetUtcNow() + Patience;
            while (TimeProvider.System.GetUtcNow() < deadline)
            {
                if (File.Exists(target + ".imported"))
                {
                    Console.WriteLine((await File.ReadAllTextAsync(target + ".imported", cancellationToken)).Trim());
                    return 0;
                }

                if (File.Exists(target + ".failed"))
                    throw new StartException($"{source} was not imported: {(await File.ReadAllTextAsync(target + ".failed", cancellationToken)).Trim()}");
                await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
            }

            throw new StartException($"the node did not take {source} within {Patience.TotalMinutes:0} minutes. Does its agent run? Its log is DATA/log/agent.log.");
        }
        finally
        {
            foreach (var suffix in new[] { ".part", ".imported", ".failed" })
                File.Delete(target + suffix);
        }
    }
}
