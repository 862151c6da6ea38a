using Portal.Core.Config;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Releases;
using Portal.Core.Results;

namespace Portal.Core.Apps;

/// <summary>The frame of every change to an app that exists: lock it, change its newest declaration, validate, make the release, wake the workers.</summary>
internal sealed class AppChange(UnitOfWork work, ReleaseWriter releases, SecretStore secrets, IDeclarations declarations, WorkSignal signal)
{
    public delegate Result<ChangedDeclaration> Edit(AppRow app, string environment, AppDeclaration declaration);

    public async Task<Result<ReleaseView>> MakeAsync(
        Actor actor, Right right, ScopeRef scope, string action, string detail, Edit edit, CancellationToken cancellationToken,
        bool restart = false, IReadOnlyDictionary<string, Sensitive>? newSecrets = null)
    {
        if (scope.App is null) throw new ArgumentException("The scope names no app.", nameof(scope));
        var result = await work.WriteAsync<ReleaseView>(actor, right, scope, action, async (db, access) =>
        {
            if (await ReleaseWriter.LockAppAsync(db, access.AppId!.Value, cancellationToken) is not { } app) return Error.NotFound("app");
            if (await ReleaseWriter.NewestAsync(db, app, cancellationToken) is not { } newest) return Error.NotFound("app");
            var changed = edit(app, scope.Environment!, DeclarationJson.Read(newest.Declaration));
            if (!changed.IsOk) return changed.Error;
            if (declarations.Validate(changed.Value.Declaration) is { Count: > 0 } faults) return Error.Invalid(faults);
            var spec = changed.Value.Declaration.In(scope.Environment!);
            // What is not touched keeps the version of the newest release: after a rollback that may be an older one than the newest stored.
            var versions = await secrets.SetAsync(db, app, spec, ReleaseJson.Versions(newest.SecretVersions), newSecrets, actor.Email, cancellationToken);
            if (!versions.IsOk) return versions.Error;
            return await releases.WriteAsync(
                db, app, scope.Environment!, new(changed.Value.Declaration, versions.Value, changed.Value.Reason, actor.Email) { Restart = restart, Trigger = actor.Via }, cancellationToken);
        }, cancellationToken, detail);
        if (result.IsOk) signal.Raise();
        return result;
    }
}
