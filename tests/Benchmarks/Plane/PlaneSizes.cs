using System.Globalization;

namespace Benchmarks.Plane;

/// <summary>How large a run is. Arguments <c>name=value</c> change single sizes; <c>small</c> makes the whole a smoke test of a minute or two; <c>rows=abcde</c> chooses what is measured.</summary>
internal sealed record PlaneSizes
{
    /// <summary>Simulated nodes of the throughput rows.</summary>
    public int Nodes { get; init; } = 5000;

    /// <summary>Pods placed in one row.</summary>
    public int Pods { get; init; } = 10_000;

    /// <summary>Pods that no node takes, waiting meanwhile.</summary>
    public int Waiting { get; init; } = 10_000;

    /// <summary>Deployments created at once.</summary>
    public int Deployments { get; init; } = 1000;

    /// <summary>Pods of each.</summary>
    public int Replicas { get; init; } = 10;

    /// <summary>Simulated nodes whose agents run: while idle, and for Deployments.</summary>
    public int IdleNodes { get; init; } = 1000;

    /// <summary>Their pods.</summary>
    public int IdlePods { get; init; } = 20_000;

    /// <summary>How long idleness is watched, in seconds.</summary>
    public int IdleSeconds { get; init; } = 60;

    /// <summary>The rows measured.</summary>
    public string Rows { get; init; } = "abcde";

    public static PlaneSizes Read(string[] arguments)
    {
        var sizes = arguments.Contains("small")
            ? new PlaneSizes { Nodes = 100, Pods = 500, Waiting = 500, Deployments = 20, Replicas = 5, IdleNodes = 50, IdlePods = 500, IdleSeconds = 10 }
            : new PlaneSizes();
        foreach (var argument in arguments.Where(a => a.Contains('=', StringComparison.Ordinal)))
        {
            var (name, value) = (argument.Split('=')[0], argument.Split('=')[1]);
            sizes = name switch
            {
                "nodes" => sizes with { Nodes = Number(value) },
                "pods" => sizes with { Pods = Number(value) },
                "waiting" => sizes with { Waiting = Number(value) },
                "deployments" => sizes with { Deployments = Number(value) },
                "replicas" => sizes with { Replicas = Number(value) },
                "idle-nodes" => sizes with { IdleNodes = Number(value) },
                "idle-pods" => sizes with { IdlePods = Number(value) },
                "idle-seconds" => sizes with { IdleSeconds = Number(value) },
                "rows" => sizes with { Rows = value },
                _ => throw new ArgumentException($"There is no size '{name}'."),
            };
        }

        return sizes;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
