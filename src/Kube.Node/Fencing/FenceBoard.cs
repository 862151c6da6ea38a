using System.IO.MemoryMappedFiles;
using System.Text;

namespace Kube.Node.Fencing;

/// <summary>
/// What agent and guard tell each other, in memory that both map and that outlives either: until when stateful pods may run, and when the guard has looked last. The pods
/// concerned are files named by uid beside it, so that a guard that starts anew knows them.
/// </summary>
internal sealed class FenceBoard : IDisposable
{
    /// <summary>The deadline of a node that has promised nothing: nothing is ended.</summary>
    public const long Never = long.MaxValue;

    private const int Size = 64;
    private const int DeadlineAt = 0;
    private const int LookAt = 8;
    private const int BootAt = 16;
    private const int BootLength = 36;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    /// <summary>Opens the board, making it when there is none or it is of an earlier start of the machine, whose pods are gone.</summary>
    /// <param name="paths">The agent's directories.</param>
    public FenceBoard(NodePaths paths)
    {
        Pods = paths.FencedPods;
        Directory.CreateDirectory(Pods);
        var boot = Encoding.ASCII.GetBytes(BootClock.BootId.PadRight(BootLength)[..BootLength]);
        var stream = new FileStream(paths.FenceBoard, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        if (stream.Length != Size)
            stream.SetLength(Size);
        _file = MemoryMappedFile.CreateFromFile(stream, null, Size, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor(0, Size);
        var written = new byte[BootLength];
        _view.ReadArray(BootAt, written, 0, BootLength);
        if (written.AsSpan().SequenceEqual(boot))
            return;
        (Deadline, LastLook) = (Never, 0);
        _view.WriteArray(BootAt, boot, 0, BootLength);
    }

    /// <summary>Directory with one empty file a stateful pod.</summary>
    public string Pods { get; }

    /// <summary>When stateful pods end unless it is moved on, in milliseconds of <see cref="BootClock"/>.</summary>
    public long Deadline
    {
        get => _view.ReadInt64(DeadlineAt);
        set => _view.Write(DeadlineAt, value);
    }

    /// <summary>When the guard has looked last, in the same time.</summary>
    public long LastLook
    {
        get => _view.ReadInt64(LookAt);
        set => _view.Write(LookAt, value);
    }

    /// <summary>Puts a pod under the guard; before anything of it runs.</summary>
    public void Add(string podUid)
    {
        var file = Path.Combine(Pods, podUid);
        if (!File.Exists(file))
            File.WriteAllBytes(file, []);
    }

    /// <summary>Nothing of the pod is left.</summary>
    public void Remove(string podUid) => File.Delete(Path.Combine(Pods, podUid));

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
