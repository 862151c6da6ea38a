using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>CronJobs.</summary>
internal sealed class CronJobKind() : ResourceKind("batch", "v1", "CronJob", "cronjobs", typeof(V1CronJob))
{
    public override IReadOnlyList<string> ShortNames => ["cj"];

    public override IReadOnlyList<string> Categories => ["all"];

    public override bool HasStatus => true;

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Text("Schedule", "spec.schedule"),
        Registry.Columns.Text("Timezone", "spec.timeZone"),
        Registry.Columns.Of("Suspend", o => o.Object("spec").Flag("suspend") == true ? "True" : "False"),
        new("Active", (o, _) => (long)(o.Object("status").Array("active")?.Count ?? 0)) { Type = "integer" },
        new("Last Schedule", (o, now) => o.Object("status").Text("lastScheduleTime") is { } last ? Registry.Columns.AgeOf(last, now) : "<none>"),
        Registry.Columns.Age,
    ];

    public override void Default(JsonObject document)
    {
        var spec = document.Ensure("spec");
        spec.SetDefault("concurrencyPolicy", "Allow");
        spec.SetDefault("suspend", false);
        spec.SetDefault("successfulJobsHistoryLimit", 3L);
        spec.SetDefault("failedJobsHistoryLimit", 1L);
        if (spec.Object("jobTemplate").Object("spec") is { } job)
            PodTemplates.DefaultTemplate(job);
    }

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        var spec = document.Object("spec");
        var schedule = spec.Text("schedule") ?? "";
        if (schedule.Length == 0)
            errors.Required("spec.schedule");
        else if (!schedule.StartsWith('@') && schedule.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length != 5)
            errors.Invalid("spec.schedule", schedule, $"expected exactly 5 fields: [{schedule}]");
        foreach (var number in (ReadOnlySpan<string>)["startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"])
            errors.NotNegative($"spec.{number}", spec.Integer(number));
        if (schedule.Contains("TZ", StringComparison.Ordinal))
            errors.Invalid("spec.schedule", schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
        if (spec.Text("timeZone") is { } zone && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
            errors.Invalid("spec.timeZone", zone, $"unknown time zone {zone}");
        JobRules.Validate(spec.Object("jobTemplate").Object("spec"), "spec.jobTemplate.spec", errors);
    }

    public override string? ValidateName(string name) => name.Length > 52 ? "must be no more than 52 characters" : NameRules.Subdomain(name);
}
