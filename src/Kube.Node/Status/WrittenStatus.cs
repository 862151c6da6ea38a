namespace Kube.Node.Status;

/// <summary>
/// What was written last, so that it is not written again, until someone else has written over it. They may do so before the answer to the write has come:
/// hence the mark taken before it is sent. One writer; <see cref="Overwritten"/> from anywhere.
/// </summary>
internal sealed class WrittenStatus
{
    private int _overwritten;
    private (string Text, int Mark)? _last;

    /// <summary>To be taken before a write is sent.</summary>
    public int Mark => Volatile.Read(ref _overwritten);

    /// <summary>Someone else has changed what was written.</summary>
    public void Overwritten() => Interlocked.Increment(ref _overwritten);

    /// <summary>Whether this is what the server has.</summary>
    public bool Is(string text) => _last == (text, Mark);

    /// <summary>The server has taken a write.</summary>
    public void Wrote(string text, int mark) => _last = (text, mark);
}
