using System.Globalization;
using Kube.Machinery.Placement;

namespace Kube.Scheduler.Reviews;

/// <summary>What a review's answer says in plain words.</summary>
internal static class ReviewWords
{
    private const int Named = 8;

    /// <summary><c>3 of 3 fit: n1, n2, n4</c>, or what is missing and the cheapest fix.</summary>
    public static string Summary(PlacementPodSetStatus set, bool exists)
    {
        var where = Names([.. (set.Nodes ?? []).Distinct(StringComparer.Ordinal)]);
        var why = $"{set.Advice} {set.Fixes?.FirstOrDefault()}".Trim();
        if (exists)
        {
            return set.Fitting > 0 ? set.Decision is null ? $"It has its place on {where}." : $"It would get its place on {where}." : why;
        }

        var count = string.Create(CultureInfo.InvariantCulture, $"{set.Fitting} of {set.Replicas} fit");
        var line = where.Length > 0 ? $"{count}: {where}" : count;
        return why.Length > 0 ? $"{line}. {why}" : line;
    }

    /// <summary>The whole answer.</summary>
    public static string Summary(PlacementReviewStatus status, PlacementInquiry inquiry)
    {
        List<string> parts = [];
        if (status.Moved is { } moved)
        {
            var lost = moved.Count(m => m.To is null);
            var without = $"Without {Names([.. inquiry.RemovedNodes])}";
            parts.Add(lost == 0
                ? Invariant($"{without}, {Count(moved.Count, "pod")} would move and all fit elsewhere.")
                : Invariant($"{without}, {lost} of {Count(moved.Count, "pod")} would find no other place."));
        }

        foreach (var set in status.Pods ?? [])
        {
            parts.Add(status.Pods!.Count == 1 ? set.Summary.TrimEnd('.') + "." : $"{set.Name}: {set.Summary.TrimEnd('.')}.");
        }

        if (status.Pending is { Count: > 0 } pending)
        {
            parts.Add(Invariant($"{pending.Count(p => p.To is not null)} of {Count(pending.Count, "waiting pod")} would get a node."));
        }

        if (status.Losses is { } losses)
        {
            var bad = losses.Where(l => !l.Fits).ToList();
            parts.Add(bad.Count == 0
                ? Invariant($"Any one of {Count(losses.Count, "node")} may be lost: all pods fit on the others.")
                : Invariant($"The loss of {Names([.. bad.Select(l => l.Node)])} would leave pods without a place: {bad.Max(l => l.Unplaced?.Count ?? 0)} at most."));
        }

        return parts.Count == 0 ? "Nothing was asked." : string.Join(' ', parts);
    }

    private static string Names(IReadOnlyList<string> names) =>
        names.Count <= Named ? string.Join(", ", names) : Invariant($"{string.Join(", ", names.Take(Named))} and {names.Count - Named} more");

    private static string Count(int number, string noun) => Invariant($"{number} {noun}{(number == 1 ? "" : "s")}");

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
