using Kube.Node.Fencing;
using Portal.Cli;
using Portal.Host.Commands;

// Started by an agent, before anything else of the program is loaded: the guard must be small and quick.
if (args is ["guard", "--data", var guarded, "--instance", var instance])
    return NodeGuard.Run(guarded, instance, Console.Out, TimeProvider.System);
var root = PortalCommandLine.Create();
root.Subcommands.Add(UpCommand.Create());
root.Subcommands.Add(DownCommand.Create());
root.Subcommands.Add(ServerCommand.Create());
root.Subcommands.Add(BackupCommand.CreateBackup());
root.Subcommands.Add(BackupCommand.CreateRestore());
root.Subcommands.Add(KeysCommand.Create());
root.Subcommands.Add(AgentCommand.Create());
root.Subcommands.Add(MigrateCommand.Create());
root.Subcommands.Add(UserCommand.Create());
root.Subcommands.Add(TokenCommand.Create());
root.Subcommands.Add(NodeCommand.Create());
root.Subcommands.Add(ImageCommand.Create());
return await root.Parse(args).InvokeAsync();
