using Microsoft.Extensions.Logging;
using Simulation.Tests.Engine;

namespace Simulation.Tests.Plane;

/// <summary>What a process's log says, beside the trace.</summary>
internal sealed class Logs(Trace trace, string process, Action<string> failed) : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var text = formatter(state, exception);
        if (exception is not null)
        {
            text += $": {exception.GetType().Name}: {exception.Message}";
        }

        trace.Remark($"{process} {logLevel}: {text}");
        if (logLevel >= LogLevel.Warning)
        {
            failed($"{process}: {text}\n{exception}");
        }
    }

    public void Dispose()
    {
    }
}
