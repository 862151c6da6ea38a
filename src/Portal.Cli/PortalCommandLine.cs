using System.CommandLine;
using Portal.Cli.Commands;

namespace Portal.Cli;

/// <summary>The verbs of <c>portal</c> that are clients of the REST API. The host adds those that run a part of Portal itself.</summary>
public static class PortalCommandLine
{
    /// <summary>The root command with the client verbs. They read <c>PORTAL_URL</c> and <c>PORTAL_TOKEN</c>.</summary>
    public static RootCommand Create() => new("Portal: declare apps, see what a change will do, keep them running.")
    {
        AppCommand.Create(),
        PlanCommand.Create(),
        ExplainCommand.Create(),
        WhatIfCommand.Create(),
        DeployCommand.Create(),
        RollbackCommand.Create(),
        ReleasesCommand.Create(),
        LogsCommand.Create(),
        AuditCommand.Create(),
        AppCommand.CreateScale(),
        ConfigCommand.Create(),
        SecretCommand.Create(),
        DomainCommand.Create(),
        VolumesCommand.Create(),
        QuotaCommand.Create(),
        ClusterCommand.Create(),
        ProjectCommand.Create(),
        PromoteCommand.Create(),
        ApprovalCommands.CreateList(),
        ApprovalCommands.CreateApprove(),
        ApprovalCommands.CreateReject(),
        ApprovalCommands.CreateCancel(),
        FreezeCommand.Create(),
        PreviewCommand.Create(),
        DiffCommand.Create(),
        RunCommand.Create(),
        TasksCommand.Create(),
        TokensCommand.Create(),
        CompletionCommand.Create(),
    };
}
