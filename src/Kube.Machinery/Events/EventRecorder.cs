using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using k8s;
using k8s.Models;
using Kube.Machinery.Client;
using Microsoft.Extensions.Logging;

namespace Kube.Machinery.Events;

/// <summary>
/// Writes core/v1 Events in the background. A repeated event (same object, type, reason and message) raises the count of the one
/// written first. Events are a courtesy: work never waits for them, they wait half a minute for a server that is away, and when the queue is full the
/// oldest is dropped.
/// </summary>
public sealed class EventRecorder
{
    private const int QueueLimit = 4096;
    private const int MemoryLimit = 8192;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LastPause = TimeSpan.FromSeconds(2);
    private readonly ResourceClient<Corev1Event> _events;
    private readonly string _component;
    private readonly string _instance;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<Occurrence> _queue = Channel.CreateBounded<Occurrence>(new BoundedChannelOptions(QueueLimit) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>Makes a recorder; events are sent while <see cref="RunAsync"/> runs.</summary>
    /// <param name="client">A client made by <see cref="KubeClients"/>.</param>
    /// <param name="component">Who reports, for instance <c>default-scheduler</c>.</param>
    /// <param name="instance">Which instance reports, for instance a node's name; may be empty.</param>
    /// <param name="time">Clock of the time stamps.</param>
    /// <param name="logger">Told when an event could not be written.</param>
    public EventRecorder(IKubernetes client, string component, string instance, TimeProvider time, ILogger logger)
    {
        _events = client.Resource<Corev1Event>();
        _component = component;
        _instance = instance;
        _time = time;
        _logger = logger;
    }

    /// <summary>Reports that something ordinary happened to an object.</summary>
    public void Normal(IKubernetesObject<V1ObjectMeta> involved, string reason, string message) => Record(involved, "Normal", reason, message);

    /// <summary>Reports that something is wrong with an object.</summary>
    public void Warning(IKubernetesObject<V1ObjectMeta> involved, string reason, string message) => Record(involved, "Warning", reason, message);

    /// <summary>Sends what is reported until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var occurrence in _queue.Reader.ReadAllAsync(cancellationToken))
            {
                await DeliverAsync(occurrence, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    // Tried again while the server is away or asks for patience; whatever else goes wrong with one event ends that event, not the loop.
    private async Task DeliverAsync(Occurrence occurrence, CancellationToken cancellationToken)
    {
        for (var pause = FirstPause; ; pause = pause * 2 < LastPause ? pause * 2 : LastPause)
        {
            try
            {
                await WriteAsync(occurrence, cancellationToken);
                return;
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                if (!MayPass(e) || _time.GetElapsedTime(occurrence.Reported) > Patience)
                {
                    _logger.EventNotWritten(occurrence.Reason, e.Message);
                    return;
                }
            }

            await Task.Delay(pause, _time, cancellationToken);
        }
    }

    private static bool MayPass(Exception e) => e switch
    {
        ApiException api => api.Code == HttpStatusCode.TooManyRequests || (int)api.Code >= 500,
        _ => e is HttpRequestException or IOException or OperationCanceledException or SocketException,
    };

    private void Record(IKubernetesObject<V1ObjectMeta> involved, string type, string reason, string message)
    {
        ArgumentNullException.ThrowIfNull(involved);

        // Objects out of lists carry no kind of their own; the model knows it.
        var entity = (KubernetesEntityAttribute?)Attribute.GetCustomAttribute(involved.GetType(), typeof(KubernetesEntityAttribute));
        var apiVersion = string.IsNullOrEmpty(entity?.Group) ? entity?.ApiVersion : $"{entity.Group}/{entity.ApiVersion}";
        var reference = new V1ObjectReference
        {
            ApiVersion = involved.ApiVersion ?? apiVersion,
            Kind = involved.Kind ?? entity?.Kind,
            Name = involved.Metadata.Name,
            NamespaceProperty = involved.Metadata.NamespaceProperty,
            Uid = involved.Metadata.Uid,
        };
        _queue.Writer.TryWrite(new Occurrence(reference, type, reason, message, _time.GetUtcNow().UtcDateTime, _time.GetTimestamp()));
    }

    private async Task WriteAsync(Occurrence o, CancellationToken cancellationToken)
    {
        var ns = string.IsNullOrEmpty(o.Involved.NamespaceProperty) ? "default" : o.Involved.NamespaceProperty;
        var identity = string.Join('\n', o.Involved.Uid, o.Involved.Kind, o.Involved.Name, ns, o.Type, o.Reason, o.Message, _component, _instance);
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)).AsSpan(0, 8));
        var name = $"{o.Involved.Name}.{hash}";
        if (_counts.Count > MemoryLimit)
        {
            _counts.Clear();
        }

        if (_counts.TryGetValue(name, out var count) && await RaiseAsync(ns, name, count + 1, o.At, cancellationToken))
        {
            return;
        }

        try
        {
            await _events.CreateAsync(
                new Corev1Event
                {
                    Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = ns },
                    InvolvedObject = o.Involved,
                    Type = o.Type,
                    Reason = o.Reason,
                    Message = o.Message,
                    Count = 1,
                    FirstTimestamp = o.At,
                    LastTimestamp = o.At,
                    Source = new V1EventSource { Component = _component, Host = _instance.Length == 0 ? null : _instance },
                    ReportingComponent = _component,
                    ReportingInstance = _instance,
                },
                cancellationToken);
            _counts[name] = 1;
        }
        catch (ApiException e) when (e.IsAlreadyExists)
        {
            // Written before this process started.
            var there = await _events.GetAsync(ns, name, cancellationToken);
            await RaiseAsync(ns, name, (there?.Count ?? 1) + 1, o.At, cancellationToken);
        }
    }

    private async Task<bool> RaiseAsync(string ns, string name, int count, DateTime at, CancellationToken cancellationToken)
    {
        try
        {
            var patch = new JsonObject { ["count"] = count, ["lastTimestamp"] = at.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture) };
            await _events.PatchAsync(ns, name, patch, PatchKind.Merge, cancellationToken);
            _counts[name] = count;
            return true;
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            _counts.Remove(name);
            return false;
        }
    }

    private sealed record Occurrence(V1ObjectReference Involved, string Type, string Reason, string Message, DateTime At, long Reported);
}
