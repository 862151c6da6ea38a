using System.Threading.Channels;
using k8s;
using k8s.Models;
using Kube.Machinery.Client;
using Microsoft.Extensions.Logging;

namespace Kube.Node.Status;

/// <summary>Writes the agent's events; repetitions within ten minutes raise a count instead of making new objects, and a flood is cut, never waited for.</summary>
internal sealed class EventRecorder(IKubernetes client, string nodeName, TimeProvider time, ILogger logger) : IEventSink
{
    private const int MaxQueued = 500;
    private const int MaxRemembered = 1000;
    private const int MaxMessage = 1024;
    private static readonly TimeSpan SameWithin = TimeSpan.FromMinutes(10);

    private readonly ResourceClient<Corev1Event> _events = client.Resource<Corev1Event>();
    private readonly Channel<Corev1Event> _queue = Channel.CreateBounded<Corev1Event>(new BoundedChannelOptions(MaxQueued) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly Dictionary<string, Corev1Event> _recent = new(StringComparer.Ordinal);

    public void Record(V1Pod pod, bool isWarning, string reason, string message)
    {
        var subject = new V1ObjectReference { ApiVersion = "v1", Kind = "Pod", Name = pod.Metadata.Name, NamespaceProperty = pod.Metadata.NamespaceProperty, Uid = pod.Metadata.Uid, ResourceVersion = pod.Metadata.ResourceVersion };
        Enqueue(subject, pod.Metadata.NamespaceProperty, isWarning, reason, message);
    }

    /// <summary>Records an event about the node itself.</summary>
    public void RecordNode(bool isWarning, string reason, string message) =>
        Enqueue(new V1ObjectReference { ApiVersion = "v1", Kind = "Node", Name = nodeName, Uid = nodeName }, "default", isWarning, reason, message);

    /// <summary>Writes until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            await foreach (var item in _queue.Reader.ReadAllAsync(ct).ConfigureAwait(false))
            {
                try
                {
                    await WriteAsync(item, ct).ConfigureAwait(false);
                }
                catch (Exception e) when (StatusPublisher.IsTransient(e, ct))
                {
                    // An event is news, not a record: one that cannot be written is let go.
                    Log.WillRetry(logger, $"writing event {item.Reason}", e.Message);
                }
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
        }
    }

    private void Enqueue(V1ObjectReference subject, string ns, bool isWarning, string reason, string message)
    {
        var now = time.GetUtcNow().UtcDateTime;
        _queue.Writer.TryWrite(new Corev1Event
        {
            Metadata = new V1ObjectMeta { NamespaceProperty = ns, Name = $"{subject.Name}.{Guid.NewGuid():n}"[..Math.Min(subject.Name.Length + 17, 253)] },
            InvolvedObject = subject,
            Type = isWarning ? "Warning" : "Normal",
            Reason = reason,
            Message = message.Length <= MaxMessage ? message : message[..MaxMessage],
            Source = new V1EventSource { Component = "kubelet", Host = nodeName },
            FirstTimestamp = now,
            LastTimestamp = now,
            Count = 1,
        });
    }

    private async Task WriteAsync(Corev1Event item, CancellationToken ct)
    {
        var key = $"{item.InvolvedObject.Kind}/{item.InvolvedObject.Uid}/{item.Type}/{item.Reason}/{item.Message}";
        if (_recent.TryGetValue(key, out var known) && item.LastTimestamp - known.LastTimestamp < SameWithin)
        {
            known.Count++;
            known.LastTimestamp = item.LastTimestamp;
            try
            {
                await _events.PatchAsync(known.Metadata.NamespaceProperty, known.Metadata.Name, new { count = known.Count, lastTimestamp = known.LastTimestamp }, PatchKind.Merge, ct).ConfigureAwait(false);
                return;
            }
            catch (ApiException e) when (e.IsNotFound)
            {
            }
        }

        if (_recent.Count >= MaxRemembered)
            _recent.Clear();
        _recent[key] = item;
        await _events.CreateAsync(item, ct).ConfigureAwait(false);
    }
}
