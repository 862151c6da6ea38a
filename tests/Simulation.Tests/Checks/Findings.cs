using System.Globalization;
using Simulation.Tests.Engine;

namespace Simulation.Tests.Checks;

/// <summary>What a simulation found wrong.</summary>
internal sealed class Findings(SimulatedTime time, Trace trace)
{
    private readonly List<string> _all = [];

    public IReadOnlyList<string> All => _all;

    /// <summary>Warnings in the logs since <see cref="ForgetWarnings"/>.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>A promise was broken.</summary>
    public void Add(string promise, string what)
    {
        var finding = string.Create(CultureInfo.InvariantCulture, $"{promise}: {what} (at {time.Elapsed.TotalSeconds:0.000} s)");
        trace.Remark($"!!! {finding}");
        if (_all.Count < 50)
        {
            _all.Add(finding);
        }
    }

    public void Warned(string text)
    {
        if (Warnings.Count < 100)
        {
            Warnings.Add(text);
        }
    }

    public void ForgetWarnings() => Warnings.Clear();
}
