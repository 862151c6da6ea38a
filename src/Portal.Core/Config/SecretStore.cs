using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Apps;
using Portal.Core.Data;
using Portal.Core.Results;

namespace Portal.Core.Config;

/// <summary>The versions of apps' secrets. Values go in sealed and come out only for the compiler.</summary>
internal sealed class SecretStore(SecretCipher cipher, TimeProvider clock)
{
    /// <summary>The longest value, in characters: what still fits a Kubernetes Secret beside others.</summary>
    public const int MaxLength = 64 * 1024;

    /// <summary>
    /// Stores new values as next versions and yields the version of every secret the spec declares. Invalid when a declared secret has no value,
    /// or a value is given for one that is not declared.
    /// </summary>
    public async Task<Result<ImmutableSortedDictionary<string, int>>> SetAsync(
        PortalDbContext db, AppRow app, AppSpec spec, ImmutableSortedDictionary<string, int> current, IReadOnlyDictionary<string, Sensitive>? values, string author,
        CancellationToken cancellationToken)
    {
        values ??= ImmutableDictionary<string, Sensitive>.Empty;
        var stored = await db.Secrets.Where(s => s.AppId == app.Id).GroupBy(s => s.Name)
            .Select(g => new { Name = g.Key, Version = g.Max(s => s.Version) }).ToDictionaryAsync(s => s.Name, s => s.Version, cancellationToken);
        if (Faults(spec, name => stored.ContainsKey(name), values) is { Count: > 0 } faults) return Error.Invalid(faults);

        var versions = ImmutableSortedDictionary.CreateBuilder<string, int>(StringComparer.Ordinal);
        foreach (var name in NamesOf(spec, name => stored.ContainsKey(name) || values.ContainsKey(name)))
        {
            if (!values.TryGetValue(name, out var value))
            {
                versions[name] = current.TryGetValue(name, out var kept) ? kept : stored[name];
                continue;
            }

            var version = stored.GetValueOrDefault(name) + 1;
            versions[name] = version;
            db.Secrets.Add(new()
            {
                TeamId = app.TeamId,
                AppId = app.Id,
                Name = name,
                Version = version,
                Author = author,
                CreatedAt = clock.GetUtcNow(),
                Sealed = cipher.Seal(value.Reveal(), app.TeamId, app.Id, name, version),
            });
        }

        return versions.ToImmutable();
    }

    /// <summary>The names a release carries a version of: the declared secrets, and the certificates there are of its domains.</summary>
    public static IEnumerable<string> NamesOf(AppSpec spec, Func<string, bool> isStored) => spec.Secrets.Concat(spec.Domains.Select(SecretNames.Certificate).Where(isStored));

    /// <summary>What is wrong with the secrets of a spec and the values given for them.</summary>
    public static List<FieldError> Faults(AppSpec spec, Func<string, bool> isStored, IReadOnlyDictionary<string, Sensitive> values)
    {
        var faults = new List<FieldError>();
        for (var index = 0; index < spec.Secrets.Length; index++)
        {
            var name = spec.Secrets[index];
            if (!values.ContainsKey(name) && !isStored(name)) faults.Add(new($"spec.secrets[{index}]", $"The secret {name} has no value yet: give one together with the declaration."));
        }

        foreach (var (name, value) in values)
        {
            if (!spec.Secrets.Contains(name) && !(SecretNames.IsCertificate(name) && spec.Domains.Contains(SecretNames.HostOf(name)))) faults.Add(new($"secrets.{name}", $"The declaration has no secret {name}."));
            else if (value.Reveal().Length > MaxLength) faults.Add(new($"secrets.{name}", $"A secret's value is at most {MaxLength / 1024} KiB."));
            else if (value.Reveal().Contains('\0')) faults.Add(new($"secrets.{name}", "A secret's value must not contain a NUL character."));
        }

        return faults;
    }

    /// <summary>The values of these versions.</summary>
    public async Task<ImmutableSortedDictionary<string, Sensitive>> OpenAsync(
        PortalDbContext db, AppRow app, ImmutableSortedDictionary<string, int> versions, CancellationToken cancellationToken)
    {
        var names = versions.Keys.ToList();
        var rows = await db.Secrets.AsNoTracking().Where(s => s.AppId == app.Id && names.Contains(s.Name)).ToListAsync(cancellationToken);
        return rows.Where(row => versions[row.Name] == row.Version)
            .ToImmutableSortedDictionary(row => row.Name, row => new Sensitive(cipher.Open(row.Sealed, app.TeamId, app.Id, row.Name, row.Version)), StringComparer.Ordinal);
    }
}
