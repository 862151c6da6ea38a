using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portal.Core.Observe;
using Portal.Core.Releases;

namespace Portal.Core.Placements;

/// <summary>Says in plain words why an app is as it is. Pure: the live view and the cluster's answer about instances without a node in, an explanation out.</summary>
internal static class Explanations
{
    public static Explanation Of(AppSnapshot app, ImmutableArray<InstanceView> instances, bool isOne, JsonObject? review)
    {
        var causes = new List<Cause>();
        Placed(causes, instances, review);
        if (!isOne) Refused(causes, app);
        foreach (var kind in (CauseKind[])[CauseKind.Image, CauseKind.Start, CauseKind.Crash, CauseKind.Node, CauseKind.Health])
        {
            foreach (var alike in instances.Where(i => KindOf(i) == kind).GroupBy(i => i.Message))
                causes.Add(Told(kind, [.. alike.Select(i => i.Name)], alike.First(), app));
        }

        if (!isOne && app.Rollout is { State: RolloutState.Failed } failed)
            causes.Add(new(CauseKind.Release, [$"release {failed.Release}"], $"Release {failed.Release} failed: {Sentence(failed.Message)}", null, causes.Count > 0 ? [] : ["Look at the plan of the release, change it and deploy again, or roll back to the release before it."]));
        return new(app.App, app.Health, Summary(app, instances, isOne, causes, review), [.. causes]);
    }

    private static void Placed(List<Cause> causes, ImmutableArray<InstanceView> instances, JsonObject? review)
    {
        var answers = review is null ? [] : ReviewAnswers.Objects(review, "pods").ToDictionary(p => ReviewAnswers.Text(p, "name") ?? "", ReviewAnswers.Process, StringComparer.Ordinal);
        foreach (var alike in instances.Where(i => i is { Phase: "Pending", Node: null }).GroupBy(i => answers.GetValueOrDefault(i.Name)?.Reason ?? i.Message))
        {
            var names = alike.Select(i => i.Name).ToImmutableArray();
            var (answer, said) = (answers.GetValueOrDefault(names[0]), alike.First().Message);
            if (answer is { Fits: true })
                causes.Add(new(CauseKind.Placement, names, $"A node has room by now: {string.Join(", ", answer.Nodes)}. The instance is about to start there.", said, []) { Judgements = answer.Judgements });
            else if (answer is not null)
                causes.Add(new(CauseKind.Placement, names, answer.Reason ?? "No node takes it.", said, answer.Fixes) { Judgements = answer.Judgements });
            else
                causes.Add(new(CauseKind.Placement, names, said is null ? "No node has been looked for yet." : "No node takes it.", said, said is null ? [] : ["Lower what its size asks for, or add a node."]));
        }
    }

    // A quota or a rule of the namespace refuses instances before there are any: only the replica set's events tell.
    private static void Refused(List<Cause> causes, AppSnapshot app)
    {
        if (app.Processes.All(p => p.Ready >= p.Desired && p.Updated >= p.Desired)) return;
        foreach (var alike in app.Events.Where(e => e is { Warning: true, Reason: "FailedCreate" }).GroupBy(e => e.Object).Select(g => g.First()))
        {
            var isQuota = alike.Message.Contains("exceeded quota", StringComparison.Ordinal);
            causes.Add(new(
                CauseKind.Refused, [alike.Object], isQuota ? "The quota of the environment's namespace is used up: further instances are refused." : "The cluster refuses to create the instances.", alike.Message,
                isQuota ? ["Run fewer or smaller instances, or ask for a greater quota."] : ["Change what the message names in the declaration and deploy again."]));
        }
    }

    private static CauseKind? KindOf(InstanceView instance)
    {
        var reason = instance.Message?.Split(':')[0];
        if (instance.Phase is "Crashing" or "Failed")
        {
            return reason switch
            {
                "ImagePullBackOff" or "ErrImagePull" or "InvalidImageName" or "ErrImageNeverPull" => CauseKind.Image,
                "CreateContainerConfigError" or "CreateContainerError" or "RunContainerError" => CauseKind.Start,
                _ => CauseKind.Crash,
            };
        }

        if (instance.Phase == "Unknown" || reason is "NodeLost" or "NodeNotReady") return CauseKind.Node;
        return instance is { Phase: "Running", Ready: false } ? CauseKind.Health : null;
    }

    private static Cause Told(CauseKind kind, ImmutableArray<string> names, InstanceView first, AppSnapshot app)
    {
        var probe = app.Events.FirstOrDefault(e => e is { Reason: "Unhealthy", Warning: true } && names.Any(n => e.Object == $"Pod/{n}"))?.Message;
        return kind switch
        {
            CauseKind.Image => new(kind, names, "The image cannot be fetched.", first.Message, ["Check the image's name and tag, and whether the registry is reachable and lets the cluster in."]),
            CauseKind.Start => new(kind, names, "The container cannot be started.", first.Message, ["Check the command, the variables and the secrets that the message names."]),
            CauseKind.Crash => new(kind, names, first.Restarts > 0 ? $"The program ends by itself; it was started again {first.Restarts} times." : "The program ends by itself.", first.Message, [$"Read its last output: portal logs --instance {first.Name} --tail 50 team/project/environment/{app.App}"]),
            CauseKind.Node => new(kind, names, $"The node {first.Node} does not report.", first.Message, ["Wait for the node or for a replacement elsewhere; a platform operator can see the node."]),
            _ => new(kind, names, "The program runs but does not pass its health check.", probe ?? first.Message, ["Check that it listens on the declared port and answers the declared path, and read its log."]),
        };
    }

    private static string Summary(AppSnapshot app, ImmutableArray<InstanceView> instances, bool isOne, List<Cause> causes, JsonObject? review)
    {
        if (causes is [var first, ..])
        {
            var more = causes.Count > 1 ? $" There is more: {causes.Count - 1} further {(causes.Count == 2 ? "cause" : "causes")}." : "";
            return $"{first.Message}{(first.Fixes is [var fix, ..] ? $" {fix}" : "")}{more}";
        }

        if (isOne && instances is [var one])
        {
            var place = review is null ? null : ReviewAnswers.Objects(review, "pods").Select(ReviewAnswers.Process).FirstOrDefault()?.Summary;
            return $"{one.Name} is {(one.Ready ? "serving" : one.Phase.ToLowerInvariant())}.{(place is null ? "" : $" {place}")}";
        }

        return app.Health == HealthState.Healthy ? "Everything is as it should be." : app.Reason.Length > 0 ? Sentence(app.Reason) : $"The app is {app.Health.ToString().ToLowerInvariant()}.";
    }

    private static string Sentence(string text) => text.EndsWith('.') ? text : text + ".";
}
