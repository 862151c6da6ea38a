namespace Portal.Core.Terminals;

/// <summary>A shell that runs in an instance. Disposing ends it.</summary>
public interface ITerminal : IAsyncDisposable
{
    /// <summary>The instance: a pod.</summary>
    string Instance { get; }

    /// <summary>The container of the pod.</summary>
    string Container { get; }

    /// <summary>Cancelled once the person's right is gone.</summary>
    CancellationToken Revoked { get; }

    /// <summary>The next bytes for the screen; 0 once the shell has ended.</summary>
    ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Sends what was typed.</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> typed, CancellationToken cancellationToken);

    /// <summary>Tells the size of the screen in characters, 1 to 1000 each.</summary>
    ValueTask ResizeAsync(int columns, int rows, CancellationToken cancellationToken);

    /// <summary>How it ended, as the cluster says; empty while it runs or when there is nothing to say.</summary>
    string EndedWith { get; }
}
