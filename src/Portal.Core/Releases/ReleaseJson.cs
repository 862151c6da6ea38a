using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Portal.Core.Apps;
using Portal.Core.Data;
using Portal.Core.Plan;

namespace Portal.Core.Releases;

/// <summary>The JSON columns of a release, and its view.</summary>
internal static class ReleaseJson
{
    private static readonly JsonSerializerOptions PlanOptions = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    public static string Versions(ImmutableSortedDictionary<string, int> versions) => JsonSerializer.Serialize(versions);

    public static ImmutableSortedDictionary<string, int> Versions(string json) =>
        JsonSerializer.Deserialize<Dictionary<string, int>>(json)!.ToImmutableSortedDictionary(StringComparer.Ordinal);

    public static string Plan(PlanView plan) => JsonSerializer.Serialize(plan, PlanOptions);

    public static PlanView Plan(string json) => JsonSerializer.Deserialize<PlanView>(json, PlanOptions)!;

    public static ReleaseView View(ReleaseRow release, RolloutRow rollout) => new(
        release.Id, release.Number, release.Reason, release.Image, release.Author, release.CreatedAt, release.RolledBackTo,
        Versions(release.SecretVersions), DeclarationJson.Read(release.Declaration), View(rollout))
    {
        Trigger = release.Trigger,
        PromotedFrom = release.PromotedFrom,
        HasPlan = release.Plan is not null,
    };

    public static RolloutView View(RolloutRow rollout) => new(rollout.Number, rollout.State, rollout.Message, rollout.CreatedAt, rollout.UpdatedAt, rollout.Deadline)
    {
        Weight = rollout.State is RolloutState.Shifting or RolloutState.Promoting ? rollout.Weight : null,
        StartedAt = rollout.StartedAt,
        FinishedAt = rollout.FinishedAt,
        Digest = rollout.Digest,
        DecidedBy = rollout.DecidedBy,
        DecidedAt = rollout.DecidedAt,
    };

    /// <summary>Whether instances of one release can go on as instances of another: everything but scale and domains is equal.</summary>
    public static bool SameInstances(AppSpec one, ImmutableSortedDictionary<string, int> oneSecrets, AppSpec other, ImmutableSortedDictionary<string, int> otherSecrets) =>
        Variables(oneSecrets).SequenceEqual(Variables(otherSecrets)) && Essence(one) == Essence(other);

    private static IEnumerable<KeyValuePair<string, int>> Variables(ImmutableSortedDictionary<string, int> secrets) => secrets.Where(secret => !SecretNames.IsCertificate(secret.Key));

    private static string Essence(AppSpec spec) => DeclarationJson.Write(new()
    {
        Metadata = new() { Name = "" },
        Spec = spec with
        {
            Domains = [],
            Secrets = [],
            Release = null,
            Rollout = null,
            // Volumes count where they are mounted; a process with a schedule has no instances that could stay.
            Volumes = ImmutableSortedDictionary<string, VolumeSpec>.Empty,
            Processes = spec.Processes.Where(p => !p.Value.IsCron)
                .ToImmutableSortedDictionary(p => p.Key, p => p.Value with { Replicas = null, Autoscale = null, Size = p.Value.Size ?? SizeTable.Default }),
        },
    });
}
