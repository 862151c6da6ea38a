using System.CommandLine;
using Portal.Host.Composition;
using Portal.Host.Instance;
using Portal.Host.Postgres;

namespace Portal.Host.Commands;

/// <summary><c>portal migrate</c>: brings the databases of a running PostgreSQL to this build's schema, without starting the server.</summary>
internal static class MigrateCommand
{
    public static Command Create()
    {
        var data = CommonOptions.Data();
        var command = new Command("migrate", "Bring the databases to this build's schema.") { data };
        command.SetAction((result, cancellationToken) => CommandErrors.GuardAsync(async () =>
        {
            var directory = new DataDirectory(Path.GetFullPath(result.GetValue(data) ?? DataDirectory.DefaultRoot));
            var postgres = new PostgresCluster(directory, TimeProvider.System);
            if (postgres.RunningProcessId() is null)
                throw new StartException($"PostgreSQL of the instance in {directory.Root} does not run. Start it with deploy/up, which migrates by itself.");
            await Schema.MigrateAsync(postgres, cancellationToken);
            Console.WriteLine("the databases have this build's schema");
            return 0;
        }));
        return command;
    }
}
