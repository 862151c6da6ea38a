using System.Buffers;
using k8s;

namespace Kube.Machinery.Client;

/// <summary>One line of a watch. Dispose it when its object has been read.</summary>
/// <param name="type">The type as it came, for instance <c>ADDED</c>.</param>
/// <param name="bytes">A rented buffer.</param>
/// <param name="start">Where the object begins in it.</param>
/// <param name="length">How long the object is.</param>
internal readonly struct WatchLine(string type, byte[] bytes, int start, int length) : IDisposable
{
    /// <summary>The type as it came.</summary>
    public string Type => type;

    /// <summary>The object's bytes.</summary>
    public ReadOnlySpan<byte> Object => bytes.AsSpan(start, length);

    /// <summary>The object decoded.</summary>
    public T Read<T>()
    {
        using var stream = new MemoryStream(bytes, start, length, writable: false);
        return KubernetesJson.Deserialize<T>(stream);
    }

    /// <inheritdoc/>
    public void Dispose() => ArrayPool<byte>.Shared.Return(bytes);
}
