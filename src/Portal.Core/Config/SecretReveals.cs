using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Apps;
using Portal.Core.Data;
using Portal.Core.Members;
using Portal.Core.Releases;
using Portal.Core.Results;

namespace Portal.Core.Config;

/// <summary>Shows one value to a person who has just signed in.</summary>
internal sealed class SecretReveals(UnitOfWork work, SecretStore secrets, TimeProvider clock) : ISecretReveals
{
    private const int MinReason = 3;
    private const int MaxReason = 200;

    public Task<Result<RevealedSecret>> RevealAsync(Actor actor, ScopeRef app, string name, string reason, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(name);
        var why = reason?.Trim() ?? "";
        return work.WriteAsync<RevealedSecret>(actor, Right.SecretReveal, app, "secret.reveal", async (db, access) =>
        {
            if (!actor.HasJustSignedIn(clock.GetUtcNow())) return Error.Forbidden(Refusal(actor));
            if (why.Length is < MinReason or > MaxReason || why.Any(char.IsControl)) return Error.Invalid("reason", $"Say in {MinReason} to {MaxReason} characters why; it stays in the audit.");
            var row = await db.Apps.AsNoTracking().SingleAsync(a => a.Id == access.AppId, cancellationToken);
            if (await ReleaseWriter.NewestAsync(db, row, cancellationToken) is not { } newest) return Error.NotFound("app");
            if (SecretNames.IsCertificate(name) || !ReleaseJson.Versions(newest.SecretVersions).TryGetValue(name, out var version)) return Error.NotFound("secret");
            var opened = await secrets.OpenAsync(db, row, ImmutableSortedDictionary<string, int>.Empty.Add(name, version), cancellationToken);
            return opened.TryGetValue(name, out var value) ? new RevealedSecret(name, version, value) : Error.NotFound("secret");
        }, cancellationToken, $"{name}: {why}");
    }

    private static string Refusal(Actor actor) => actor is { Scope: null, SignedInAt: not null }
        ? $"Your sign-in is older than {Actor.JustSignedIn.TotalMinutes} minutes. Sign in again to see a secret."
        : "Only a person signed in to the console sees a secret, and only when the provider says when that was; a token never does.";
}
