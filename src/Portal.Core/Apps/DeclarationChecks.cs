using Portal.Core.Results;

namespace Portal.Core.Apps;

/// <summary>The rules over several fields, asked of the base and of what holds in each environment.</summary>
internal sealed class DeclarationChecks(string baseDomain, List<FieldError> faults)
{
    private string _path = "";

    public void Check(AppDeclaration declaration)
    {
        Merged("spec", declaration.Spec);
        foreach (var name in declaration.Environments.Keys) Merged($"environments.{name}", declaration.In(name));
    }

    private void Merged(string path, AppSpec spec)
    {
        _path = path;
        if (spec.Processes.Count == 0) Add("processes", "At least one process is needed.");
        if (spec.Processes.TryGetValue("web", out var web) && web.Port is null) Add("processes.web.port", "The web process needs a port.");
        foreach (var (name, process) in spec.Processes)
        {
            if (process.IsCron) Cron($"processes.{name}", name, process);
            else Staying($"processes.{name}", process);
            if (name == "web-next") Add($"processes.{name}", "This name is kept for the second set of web instances that a rollout may need.");
            foreach (var volume in process.Mounts.Keys.Where(volume => !spec.Volumes.ContainsKey(volume))) Add($"processes.{name}.mounts.{volume}", $"The app has no volume {volume}; declare it under volumes.");
            foreach (var twice in process.Mounts.GroupBy(mount => mount.Value, StringComparer.Ordinal).Where(group => group.Count() > 1)) Add($"processes.{name}.mounts", $"Two volumes cannot be mounted at {twice.Key}.");
        }

        Volumes(spec);
        Rollout(spec);
        if (spec.Release is { } release && release.Command.IsDefaultOrEmpty) Add("release.command", "Say which command must succeed before the rollout.");
        if (spec.Domains.Length > 0 && !spec.Processes.ContainsKey("web")) Add("domains", "Domains need a web process.");
        for (var index = 0; index < spec.Secrets.Length; index++)
        {
            if (spec.Env.ContainsKey(spec.Secrets[index])) Add($"secrets[{index}]", $"'{spec.Secrets[index]}' is a variable too; it can be only one of both.");
        }

        for (var index = 0; index < spec.Domains.Length; index++)
        {
            if (spec.Domains[index] == baseDomain || spec.Domains[index].EndsWith("." + baseDomain, StringComparison.Ordinal))
                Add($"domains[{index}]", $"Names under {baseDomain} are given out by the portal and cannot be claimed.");
        }
    }

    private void Staying(string path, ProcessSpec process)
    {
        if (process.TimeZone is not null) Add($"{path}.timeZone", "A time zone needs a schedule.");
        if (process.Overlap is not null) Add($"{path}.overlap", "What happens to overlapping runs needs a schedule.");
        if (process.Health is { } health)
        {
            if (health.Ways != 1) Add($"{path}.health", "Give exactly one of path, tcp and command.");
            else if (health.Path is not null && process.Port is null) Add($"{path}.health", "A health path needs a port.");
        }

        if (process.Autoscale is { } range)
        {
            if (process.Replicas is not null) Add($"{path}.replicas", "Give a number of instances or a range, not both.");
            if (range.Max < range.Min) Add($"{path}.autoscale.max", "Must not be below min.");
            if (range.Cpu is null && range.Memory is null && range.Requests is null) Add($"{path}.autoscale", "Say by which load: cpu, memory or requests.");
            if (range.Requests is not null && !path.EndsWith(".web", StringComparison.Ordinal)) Add($"{path}.autoscale.requests", "Only the web process gets requests through the ingress.");
        }

        // Two writers on one volume is how databases are lost.
        if (process.Mounts.Count > 0 && process.Most > 1) Add($"{path}.{(process.Autoscale is null ? "replicas" : "autoscale")}", "A process that mounts a volume has at most one instance.");
    }

    private void Cron(string path, string name, ProcessSpec process)
    {
        if (name == "web") Add($"{path}.schedule", "The web process stays; give the schedule to another process.");
        if (CronText.Fault(process.Schedule!) is { } fault) Add($"{path}.schedule", fault);
        if (process.TimeZone is { } zone && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _)) Add($"{path}.timeZone", $"There is no time zone '{zone}'.");
        if (process.Replicas is not null) Add($"{path}.replicas", "A process with a schedule has one instance a run.");
        if (process.Autoscale is not null) Add($"{path}.autoscale", "A process with a schedule has one instance a run.");
        if (process.Port is not null) Add($"{path}.port", "A process with a schedule answers no requests.");
        if (process.Health is not null) Add($"{path}.health", "A process with a schedule is judged by how it ends.");
    }

    private void Volumes(AppSpec spec)
    {
        foreach (var volume in spec.Volumes.Keys)
        {
            var holders = spec.Processes.Where(process => !process.Value.IsCron && process.Value.Mounts.ContainsKey(volume)).Select(process => process.Key).ToList();
            if (holders.Count > 1) Add($"volumes.{volume}", $"{string.Join(" and ", holders)} mount it both; only one process that stays may, besides those with a schedule.");
        }
    }

    private void Rollout(AppSpec spec)
    {
        if (spec.Rollout is not { } rollout) return;
        if (!rollout.Steps.IsDefaultOrEmpty)
        {
            if (rollout.Strategy != RolloutSpec.Canary) Add("rollout.steps", "Steps need the strategy canary.");
            if (!rollout.Steps.SequenceEqual(rollout.Steps.Order())) Add("rollout.steps", "The percentages must rise.");
        }

        if (rollout.Weights.Length == 0) return;
        if (!spec.Processes.TryGetValue("web", out var web)) Add("rollout.strategy", $"{rollout.Strategy} needs a web process.");
        else if (web.Mounts.Count > 0) Add("rollout.strategy", $"{rollout.Strategy} runs old and new instances side by side, which a mounted volume does not allow.");
    }

    private void Add(string place, string message)
    {
        // A fault of the base shows in every environment that does not override it: say it once.
        if (!faults.Any(known => known.Message == message && known.Path.EndsWith(place, StringComparison.Ordinal))) faults.Add(new($"{_path}.{place}", message));
    }
}
