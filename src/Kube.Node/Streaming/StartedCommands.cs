using Grpc.Core;
using Kube.Node.Cri;
using Kube.Node.Cri.ContainerdEvents;
using Kube.Node.Cri.ContainerdTasks;
using Microsoft.Extensions.Logging;

namespace Kube.Node.Streaming;

/// <summary>
/// Ends the commands whose clients have left. containerd lets such a process run on for ever, and CRI does not say which one it is: its events do, and
/// among the processes started in a container, a client's is the one with the client's arguments.
/// </summary>
internal sealed class StartedCommands(CriClient cri, TimeProvider time, ILogger logger)
{
    private const uint HangUp = 1;
    private const uint Kill = 9;
    private const int ManyProcesses = 256;
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Notice = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(100);
    private static readonly Metadata Namespace = new() { { "containerd-namespace", "k8s.io" } };

    private readonly List<ClientCommand> _commands = [];
    private readonly List<TaskExecStarted> _processes = [];
    private readonly Lock _lock = new();

    /// <summary>Follows the runtime's events until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        var client = new Events.EventsClient(cri.Channel);
        while (!ct.IsCancellationRequested)
        {
            try
            {
                var request = new SubscribeRequest();
                request.Filters.Add("namespace==k8s.io,topic==\"/tasks/exec-started\"");
                using var call = client.Subscribe(request, cancellationToken: ct);
                await foreach (var envelope in call.ResponseStream.ReadAllAsync(ct).ConfigureAwait(false))
                    OnStarted(TaskExecStarted.Parser.ParseFrom(envelope.Event.Value));
            }
            catch (Exception e) when (e is RpcException or HttpRequestException or IOException && !ct.IsCancellationRequested)
            {
                Log.EventStreamBroken(logger, e.Message);
            }
            catch (Exception e) when (e is RpcException or OperationCanceledException && ct.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(Retry, time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Runs a client's stream; if the client leaves before the command has ended, the command is told so as a closing terminal does, and killed two seconds later.</summary>
    /// <param name="containerId">Where the command runs.</param>
    /// <param name="command">Its arguments.</param>
    /// <param name="stream">Returns true when nothing is left to end: the command has ended by itself or never began.</param>
    public async Task RunAsync(string containerId, IReadOnlyList<string> command, Func<Task<bool>> stream)
    {
        var mine = new ClientCommand(containerId, string.Join('\0', command));
        lock (_lock)
            _commands.Add(mine);
        var ended = false;
        try
        {
            ended = await stream().ConfigureAwait(false);
        }
        finally
        {
            var known = Same(mine);
            var process = Find(mine, known);
            // The runtime's event may come after a client that left at once; until it does, or did not in a while, the command stays on the list.
            for (var left = time.GetTimestamp(); !ended && process is null && time.GetElapsedTime(left) < Late; process = Find(mine, known))
                await Task.Delay(LookAgain, time).ConfigureAwait(false);
            Forget(mine, process);
            if (!ended && process is not null && await SignalAsync(process, HangUp).ConfigureAwait(false))
            {
                await Task.Delay(Notice, time).ConfigureAwait(false);
                await SignalAsync(process, Kill).ConfigureAwait(false);
            }
        }
    }

    private void OnStarted(TaskExecStarted process)
    {
        lock (_lock)
        {
            if (_commands.Exists(c => c.ContainerId == process.ContainerId))
                _processes.Add(process);
            if (_processes.Count > ManyProcesses)
                _processes.RemoveAll(p => CommandLine(p.Pid).Length == 0);
        }
    }

    private ClientCommand[] Same(ClientCommand mine)
    {
        lock (_lock)
            return [.. _commands.Where(c => c == mine)];
    }

    // Of several with the same arguments in one container, the first command has the first process that still runs. While one runs that came after mine had
    // left, nothing is mine: it must not be ended in the place of a process that is over already.
    private TaskExecStarted? Find(ClientCommand mine, ClientCommand[] known)
    {
        lock (_lock)
        {
            if (_commands.Exists(c => c == mine && !known.Contains(c, ReferenceEqualityComparer.Instance)))
                return null;
            var place = _commands.FindAll(c => c == mine).FindIndex(c => ReferenceEquals(c, mine));
            return _processes.Where(p => p.ContainerId == mine.ContainerId && mine.Matches(CommandLine(p.Pid))).ElementAtOrDefault(place);
        }
    }

    private void Forget(ClientCommand mine, TaskExecStarted? process)
    {
        lock (_lock)
        {
            _commands.RemoveAll(c => ReferenceEquals(c, mine));
            _processes.RemoveAll(p => p == process || !_commands.Exists(c => c.ContainerId == p.ContainerId));
        }
    }

    // Read when it is needed: a process that has only just been started is still the runtime's own for a moment. Empty when it is over.
    private static string CommandLine(uint process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").TrimEnd('\0');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    // False when the process is gone.
    private async Task<bool> SignalAsync(TaskExecStarted process, uint signal)
    {
        try
        {
            var request = new KillRequest { ContainerId = process.ContainerId, ExecId = process.ExecId, Signal = signal };
            await new Tasks.TasksClient(cri.Channel).KillAsync(request, Namespace, time.GetUtcNow().UtcDateTime.AddSeconds(10)).ConfigureAwait(false);
            return true;
        }
        catch (RpcException e)
        {
            if (e.StatusCode is not (StatusCode.NotFound or StatusCode.FailedPrecondition))
                Log.WillRetry(logger, "ending a command whose client has left", e.Status.Detail);
            return false;
        }
    }
}
