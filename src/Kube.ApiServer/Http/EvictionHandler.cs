using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using Kube.ApiServer.Registry;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Http;

/// <summary>
/// Answers <c>pods/eviction</c>: a delete that asks the pod's disruption budget first. What is granted is taken off the budget's status in the same write that checks it,
/// so that of several evictions at a time no more succeed than the budget has. Source: https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/
/// </summary>
internal sealed class EvictionHandler(ObjectRegistry registry, ResourceCatalog catalog, RequestBody bodies, TimeProvider time)
{
    private static readonly SchemaType EvictionSchema = ModelSchemas.For(typeof(V1Eviction));
    private readonly ResourceKind _budgets = catalog.Get<PodDisruptionBudgetKind>();

    public async Task EvictAsync(ResourceRequest request)
    {
        var eviction = await bodies.ObjectAsync(request.Http, new GroupVersionKind("policy", "v1", "Eviction"), EvictionSchema, request.Aborted).ConfigureAwait(false);
        var named = eviction.Object("metadata").Text("name");
        if (!string.IsNullOrEmpty(named) && named != request.Path.Name)
            throw Refusal.BadRequest($"name in URL does not match name in Eviction object: {request.Path.Name} is not {named}");
        var delete = WriteHandler.Read(eviction.Object("deleteOptions"), request);
        var options = request.Options() with { DryRun = request.DryRun || eviction.Object("deleteOptions").Texts("dryRun").Contains("All") };
        var pod = DocumentReader.Read(registry.Read(request.Kind, request.Path.Namespace, request.Path.Name).Json.Span);
        if (!IsBeyondBudgets(pod))
            await TakeFromBudgetAsync(request, pod, options).ConfigureAwait(false);
        if (!HasEnded(pod))
            await registry.UpdateAsync(request.Kind, request.Key, Mark, options with { Subresource = "status" }, request.Aborted).ConfigureAwait(false);
        await registry.DeleteAsync(request.Kind, request.Key, delete, options, request.Aborted).ConfigureAwait(false);
        await Replies.StatusAsync(request.Http, new ApiStatus(201, "", "")).ConfigureAwait(false);
    }

    // What does not run, or goes already, disrupts nothing.
    private static bool IsBeyondBudgets(JsonObject pod) =>
        HasEnded(pod) || pod.Object("status").Text("phase") == "Pending" || pod.Object("metadata")?["deletionTimestamp"] is not null;

    private static bool HasEnded(JsonObject pod) => pod.Object("status").Text("phase") is "Succeeded" or "Failed";

    // Whoever judges how the pod ended (a job's failure policy) sees that the cluster ended it.
    private JsonObject Mark(JsonObject pod)
    {
        var status = pod.Ensure("status");
        var others = status.Objects("conditions").Where(c => c.Text("type") != "DisruptionTarget").Select(c => c.DeepClone());
        var mark = new JsonObject
        {
            ["type"] = "DisruptionTarget",
            ["status"] = "True",
            ["reason"] = "EvictionByEvictionAPI",
            ["message"] = "Eviction API: evicting",
            ["lastTransitionTime"] = ObjectMetadata.Timestamp(time.GetUtcNow()),
        };
        status["conditions"] = new JsonArray([.. others, mark]);
        return pod;
    }

    private async Task TakeFromBudgetAsync(ResourceRequest request, JsonObject pod, WriteOptions options)
    {
        var budgets = registry.Store.List(_budgets.StorageResource, request.Path.Namespace).Items
            .Where(stored => Selects(DocumentReader.Read(stored.Json.Span), pod)).ToList();
        if (budgets.Count == 0)
            return;
        if (budgets.Count > 1)
            throw new ApiStatusException(new ApiStatus(500, "InternalError", "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."));
        await registry.UpdateAsync(_budgets, budgets[0].Key, budget => Take(budget, pod), options with { Subresource = "status" }, request.Aborted).ConfigureAwait(false);
    }

    private JsonObject Take(JsonObject budget, JsonObject pod)
    {
        var name = budget.Object("metadata").Text("name");
        var status = budget.Object("status");
        if ((status.Integer("observedGeneration") ?? 0) < (budget.Object("metadata").Integer("generation") ?? 0))
            throw Refuse($"The disruption budget {name} is still being processed by the server.");
        var (healthy, desired) = (status.Integer("currentHealthy") ?? 0, status.Integer("desiredHealthy") ?? 0);
        var always = budget.Object("spec").Text("unhealthyPodEvictionPolicy") == "AlwaysAllow";
        if (!IsReady(pod) && (always || (desired > 0 && healthy >= desired)))
            return budget;
        var allowed = status.Integer("disruptionsAllowed") ?? 0;
        if (allowed <= 0)
            throw Refuse($"The disruption budget {name} needs {desired.ToString(CultureInfo.InvariantCulture)} healthy pods and has {healthy.ToString(CultureInfo.InvariantCulture)} currently");
        status!["disruptionsAllowed"] = allowed - 1;
        status.Ensure("disruptedPods")[pod.Object("metadata").Text("name")!] = ObjectMetadata.Timestamp(time.GetUtcNow());
        return budget;
    }

    private static ApiStatusException Refuse(string cause) =>
        new(new ApiStatus(429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.")
        {
            Causes = [new StatusCause("DisruptionBudget", cause, null)],
            RetryAfterSeconds = 10,
        });

    private static bool IsReady(JsonObject pod) =>
        pod.Object("status").Objects("conditions").Any(c => c.Text("type") == "Ready" && c.Text("status") == "True");

    // An empty selector is every pod, none at all is no pod.
    private static bool Selects(JsonObject budget, JsonObject pod) =>
        budget.Object("spec").Object("selector") is { } selector && WorkloadRules.Matches(selector, pod.Object("metadata").Object("labels"));
}
