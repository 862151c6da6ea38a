using System.Text.Json.Nodes;
using Portal.Core.Apps;
using Portal.Core.Compile;

namespace Portal.Core.Apply;

/// <summary>Runs the command of a release, once, whoever looks after it.</summary>
internal sealed class ReleaseCommandRun(ICluster cluster)
{
    /// <summary>Starts the command unless it was, and says how it stands: null while it goes on, else whether it succeeded and why not.</summary>
    public async Task<(bool Succeeded, string Message)?> AdvanceAsync(CompileInput input, ReleaseCommandSpec command, CancellationToken cancellationToken)
    {
        var name = ObjectNames.ReleaseCommand(input.App, input.Release);
        var job = (await cluster.ListAsync(input.Namespace, input.App, cancellationToken)).FirstOrDefault(item => item.Kind == "Job" && item.Name == name);
        if (job is null)
        {
            foreach (var item in Compiler.Prerequisites(input)) await cluster.ApplyAsync(input.Namespace, item, dryRun: false, cancellationToken);
            await cluster.ApplyAsync(input.Namespace, Jobs.ReleaseCommand(input, command), dryRun: false, cancellationToken);
            return null;
        }

        foreach (var condition in (job.Body["status"]?["conditions"] as JsonArray ?? []).OfType<JsonObject>().Where(condition => (string?)condition["status"] == "True"))
        {
            if ((string?)condition["type"] == "Complete") return (true, "");
            if ((string?)condition["type"] == "Failed")
                return (false, (string?)condition["reason"] == "DeadlineExceeded" ? $"The release command took longer than {command.Timeout ?? 300} s." : "The release command failed; its logs say why.");
        }

        return null;
    }
}
