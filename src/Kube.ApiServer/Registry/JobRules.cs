using System.Text.Json.Nodes;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>The rules of job specs, of jobs and in the templates of cron jobs: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1/.</summary>
internal static class JobRules
{
    public static void Validate(JsonObject? spec, string at, FieldErrors errors)
    {
        PodValidation.Template(spec, $"{at}", errors, alwaysRestarts: false);
        var policy = spec.Object("template").Object("spec").Text("restartPolicy");
        if (policy is "Always")
            errors.NotSupported($"{at}.template.spec.restartPolicy", policy, "OnFailure", "Never");
        foreach (var number in (ReadOnlySpan<string>)["completions", "parallelism", "backoffLimit", "activeDeadlineSeconds", "ttlSecondsAfterFinished", "backoffLimitPerIndex", "maxFailedIndexes"])
            errors.NotNegative($"{at}.{number}", spec.Integer(number));
        if (spec.Text("completionMode") == "Indexed")
        {
            if (spec.Integer("completions") is null)
                errors.Required($"{at}.completions", "when completion mode is Indexed");
            if (spec.Integer("parallelism") > 100_000)
                errors.Invalid($"{at}.parallelism", spec.Integer("parallelism"), "must be less than or equal to 100000 when completion mode is Indexed");
        }
        else
        {
            foreach (var field in (ReadOnlySpan<string>)["backoffLimitPerIndex", "maxFailedIndexes"])
            {
                if (spec.Integer(field) is { } number)
                    errors.Invalid($"{at}.{field}", number, "requires indexed completion mode");
            }
        }

        FailurePolicy(spec, at, policy, errors);
    }

    public static void ValidateUpdate(JsonObject spec, JsonObject old, FieldErrors errors)
    {
        var before = old.Object("spec")!;
        foreach (var field in (ReadOnlySpan<string>)["selector", "completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy"])
        {
            if (!JsonNode.DeepEquals(spec[field], before[field]))
                errors.Immutable($"spec.{field}", spec[field]?.ToString());
        }

        // An indexed job may be resized, if completions and parallelism go together.
        var elastic = spec.Text("completionMode") == "Indexed" && spec.Integer("completions") == spec.Integer("parallelism");
        if (spec.Integer("completions") != before.Integer("completions") && !elastic)
            errors.Immutable("spec.completions", spec.Integer("completions"));
        var suspended = before.Flag("suspend") == true && old.Object("status")?["startTime"] is null;
        if (!JsonNode.DeepEquals(Fixed(spec, suspended), Fixed(before, suspended)))
            errors.Immutable("spec.template", spec["template"]?.ToJsonString());
    }

    // Where a job that has not begun may run is still open.
    private static JsonNode? Fixed(JsonObject spec, bool suspended)
    {
        if (!suspended || spec.Object("template") is not { } template)
            return spec["template"];
        var copy = (JsonObject)template.DeepClone();
        copy.Remove("metadata");
        foreach (var field in (ReadOnlySpan<string>)["nodeSelector", "affinity", "tolerations", "schedulingGates"])
            copy.Object("spec")?.Remove(field);
        return copy;
    }

    private static void FailurePolicy(JsonObject? spec, string at, string? restartPolicy, FieldErrors errors)
    {
        if (spec.Object("podFailurePolicy") is not { } failure)
            return;
        if (restartPolicy != "Never")
            errors.Invalid($"{at}.template.spec.restartPolicy", restartPolicy ?? "", "only \"Never\" is supported when podFailurePolicy is specified");
        var i = 0;
        foreach (var rule in failure.Objects("rules"))
        {
            var field = $"{at}.podFailurePolicy.rules[{i++}]";
            var codes = rule.Object("onExitCodes");
            var conditions = rule.Array("onPodConditions") is { Count: > 0 };
            if (codes is null && !conditions)
                errors.Invalid($"{field}", "", "specifying one of OnExitCodes and OnPodConditions is required");
            else if (codes is not null && conditions)
                errors.Invalid($"{field}", "", "specifying both OnExitCodes and OnPodConditions is not supported");
            if (codes is not null && codes.Array("values") is not { Count: > 0 })
                errors.Invalid($"{field}.onExitCodes.values", "[]", "at least one value is required");
            if (rule.Text("action") == "FailIndex" && spec.Integer("backoffLimitPerIndex") is null)
                errors.Invalid($"{field}.action", "FailIndex", "requires the backoffLimitPerIndex to be set");
        }
    }
}
