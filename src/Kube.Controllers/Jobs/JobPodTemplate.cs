using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.Controllers.Jobs;

/// <summary>Makes a job's pods from its template.</summary>
internal static class JobPodTemplate
{
    private const string Variable = "JOB_COMPLETION_INDEX";

    /// <summary>The pod as raw JSON. A pod with an index has it as annotation, label, host name and environment variable (https://kubernetes.io/docs/concepts/workloads/controllers/job/#completion-mode).</summary>
    /// <param name="job">The job.</param>
    /// <param name="template">Its <c>spec.template</c>, raw: a model would drop fields it does not know.</param>
    /// <param name="pod">Which pod.</param>
    /// <param name="suffix">End of its name.</param>
    public static JsonObject Make(V1ObjectMeta job, JsonObject template, NewJobPod pod, string suffix)
    {
        var spec = (JsonObject?)template["spec"]?.DeepClone() ?? [];
        var prefix = pod.Index is { } index ? Names.Child(job.Name, index.ToString(CultureInfo.InvariantCulture), 63 - suffix.Length - 1) : job.Name;
        var metadata = PodTemplates.Metadata(template, "batch/v1", "Job", job, Names.Child(prefix, suffix, 63), prefix);
        metadata["finalizers"] = new JsonArray([.. metadata.Texts("finalizers").Append(JobPods.Tracking).Distinct().Select(f => (JsonNode)f)]);
        if (pod.Index is { } number)
        {
            SetIndex(metadata, spec, number.ToString(CultureInfo.InvariantCulture), Names.Child(job.Name, number.ToString(CultureInfo.InvariantCulture), 63));
        }

        if (pod.Failures is { } failures)
        {
            var notes = metadata.Ensure("annotations");
            notes[JobPods.FailureCount] = failures.Count.ToString(CultureInfo.InvariantCulture);
            if (failures.Ignored > 0)
            {
                notes[JobPods.IgnoredFailureCount] = failures.Ignored.ToString(CultureInfo.InvariantCulture);
            }
        }

        return new JsonObject { ["metadata"] = metadata, ["spec"] = spec };
    }

    private static void SetIndex(JsonObject metadata, JsonObject spec, string index, string hostname)
    {
        metadata.Ensure("annotations")[JobPods.CompletionIndex] = index;
        metadata.Ensure("labels")[JobPods.CompletionIndex] = index;
        spec.SetDefault("hostname", hostname);
        foreach (var container in spec.Objects("initContainers").Concat(spec.Objects("containers")))
        {
            if (container.Objects("env").Any(e => e.Text("name") == Variable))
            {
                continue;
            }

            var path = new JsonObject { ["fieldRef"] = new JsonObject { ["fieldPath"] = $"metadata.labels['{JobPods.CompletionIndex}']" } };
            var env = container.Array("env") ?? [];
            container["env"] = new JsonArray([.. env.Select(e => e?.DeepClone()), new JsonObject { ["name"] = Variable, ["valueFrom"] = path }]);
        }
    }
}
