using k8s.Models;

namespace Kube.Node.Status;

/// <summary>Takes the agent's events; never waits and never throws.</summary>
internal interface IEventSink
{
    /// <summary>Records an event about a pod.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="isWarning">Warning instead of Normal.</param>
    /// <param name="reason">One CamelCase word.</param>
    /// <param name="message">A sentence for people.</param>
    void Record(V1Pod pod, bool isWarning, string reason, string message);
}
