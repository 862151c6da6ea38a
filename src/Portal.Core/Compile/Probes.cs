using System.Text.Json.Nodes;
using Portal.Core.Apps;

namespace Portal.Core.Compile;

/// <summary>Compiles health checks: https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/.</summary>
internal static class Probes
{
    private const int LivenessFailures = 10;

    public static void Add(JsonObject container, ProcessSpec process)
    {
        var health = process.Health;
        if (health is null && process.Port is null) return;
        var (interval, timeout) = (health?.Interval ?? 1, health?.Timeout ?? 2);
        container["readinessProbe"] = Probe(process, interval, timeout, failures: 3);
        if (health?.StartPeriod is > 0 and var period) container["startupProbe"] = Probe(process, interval, timeout, failures: Math.Max(1, (period + interval - 1) / interval));
        if (health?.Restart == true) container["livenessProbe"] = Probe(process, interval, timeout, LivenessFailures);
    }

    private static JsonObject Probe(ProcessSpec process, int interval, int timeout, int failures)
    {
        var probe = new JsonObject { ["periodSeconds"] = interval, ["timeoutSeconds"] = timeout, ["failureThreshold"] = failures };
        if (process.Health?.Path is { } path) probe["httpGet"] = new JsonObject { ["path"] = path, ["port"] = process.Port, ["scheme"] = "HTTP" };
        else if (process.Health is { Command.IsDefaultOrEmpty: false } health) probe["exec"] = new JsonObject { ["command"] = PodTemplates.Words(health.Command) };
        else probe["tcpSocket"] = new JsonObject { ["port"] = process.Health?.Tcp ?? process.Port };
        return probe;
    }
}
