using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Portal.Core.Apps;
using Portal.Core.Config;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Releases;
using Portal.Core.Results;

namespace Portal.Core.Transfers;

/// <summary>Export and import of projects.</summary>
internal sealed class Transfers(UnitOfWork work, ProjectImport import, IDeclarations declarations, SecretCipher cipher, WorkSignal signal) : ITransfers
{
    public Task<Result<string>> ExportAsync(Actor actor, string team, string project, bool withMembers, CancellationToken cancellationToken) =>
        work.WriteAsync<string>(actor, Right.AppView, new(team, project), "project.export", async (db, access) =>
            ProjectFileText.Write(await ProjectExport.ReadAsync(db, access, withMembers, cancellationToken)), cancellationToken, withMembers ? "with members" : "");

    // The transaction of a reading use case is never committed: what the import writes in it is gone with it.
    public Task<Result<ImportView>> PlanAsync(Actor actor, string team, ImportOrder order, CancellationToken cancellationToken) =>
        work.ReadAsync(actor, Right.ProjectManage, new(team), (db, access) => MakeAsync(db, access, order, cancellationToken), cancellationToken);

    public async Task<Result<ImportView>> ImportAsync(Actor actor, string team, ImportOrder order, string? planId, CancellationToken cancellationToken)
    {
        var result = await work.WriteAsync<ImportView>(actor, Right.ProjectManage, new(team), "project.import", async (db, access) =>
        {
            var made = await MakeAsync(db, access, order, cancellationToken);
            return made.IsOk && planId is not null && made.Value.Id != planId ? Error.Conflict("The plan is stale: the file, the values or the project changed since it was made. Plan again.") : made;
        }, cancellationToken, order?.Project ?? "");
        if (result.IsOk) signal.Raise();
        return result;
    }

    private async Task<Result<ImportView>> MakeAsync(PortalDbContext db, Access access, ImportOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        var file = ProjectFileText.Read(order.File, declarations);
        if (!file.IsOk) return file.Error;
        var name = string.IsNullOrWhiteSpace(order.Project) ? file.Value.Name : order.Project.Trim();
        if (!Grammar.IsName(name, 30)) return Error.Invalid("project", Names.Rule("project", 30));
        var read = order.WithoutDomains ? file.Value with { Apps = [.. file.Value.Apps.Select(WithoutDomains)] } : file.Value;
        var changes = await import.MakeAsync(db, access, read, name, order.Secrets, cancellationToken);
        return changes.IsOk ? new ImportView(Id(order, name, changes.Value), name, changes.Value) : changes.Error;
    }

    private static ProjectFile.Declared WithoutDomains(ProjectFile.Declared app) => app with
    {
        Declaration = app.Declaration with
        {
            Spec = app.Declaration.Spec with { Domains = [] },
            Environments = app.Declaration.Environments.SetItems(app.Declaration.Environments.Where(e => e.Value.Domains is not null).Select(e => KeyValuePair.Create(e.Key, e.Value with { Domains = null }))),
        },
    };

    private string Id(ImportOrder order, string name, IReadOnlyList<ImportChange> changes)
    {
        var text = new StringBuilder(name).Append('\n').Append(order.File).Append('\n').Append(order.WithoutDomains).Append('\n').Append(JsonSerializer.Serialize(changes));
        foreach (var (key, value) in order.Secrets.OrderBy(secret => secret.Key, StringComparer.Ordinal)) text.Append('\n').Append(key).Append('=').Append(cipher.Fingerprint(value.Reveal()));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..32];
    }
}
