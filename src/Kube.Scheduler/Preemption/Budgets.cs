using k8s.Models;
using Kube.Machinery.Selectors;
using Kube.Scheduler.Snapshot;

namespace Kube.Scheduler.Preemption;

/// <summary>PodDisruptionBudgets: which pods may be pushed off without going below one.</summary>
internal sealed class Budgets
{
    private readonly Dictionary<string, Budget> _budgets = new(StringComparer.Ordinal);

    /// <summary>Takes a budget over; null for one that is gone.</summary>
    /// <param name="key"><c>namespace/name</c>.</param>
    /// <param name="budget">The budget.</param>
    public void Set(string key, V1PodDisruptionBudget? budget)
    {
        if (budget?.Spec?.Selector is { } selector)
        {
            _budgets[key] = new Budget(
                budget.Metadata.NamespaceProperty, LabelSelector.Of(selector), budget.Status?.DisruptionsAllowed ?? 0, [.. budget.Status?.DisruptedPods?.Keys ?? []]);
        }
        else
        {
            _budgets.Remove(key);
        }
    }

    /// <summary>Tells which pods would go below a budget if all were pushed off in turn.</summary>
    public bool[] Violations(IReadOnlyList<PlacedPod> pods)
    {
        var violated = new bool[pods.Count];
        if (_budgets.Count == 0)
        {
            return violated;
        }

        var left = new Dictionary<Budget, int>();
        for (var i = 0; i < pods.Count; i++)
        {
            var shape = pods[i].Shape;
            foreach (var budget in _budgets.Values)
            {
                // A pod whose disruption is under way is already counted, and one without labels belongs to no budget.
                if (shape.Labels.Count == 0 || budget.Namespace != shape.Namespace || !budget.Selector.Matches(shape.Labels)
                    || (pods[i].Pod is { } pod && budget.Disrupted.Contains(pod.Metadata.Name)))
                {
                    continue;
                }

                left[budget] = left.GetValueOrDefault(budget, budget.Allowed) - 1;
                violated[i] |= left[budget] < 0;
            }
        }

        return violated;
    }

    private sealed record Budget(string Namespace, LabelSelector Selector, int Allowed, HashSet<string> Disrupted);
}
