namespace Kube.Network.Ingress.Forwarding;

/// <summary>Holds the table in force.</summary>
internal sealed class IngressRouter
{
    private IngressTable _current = IngressTable.Empty;

    /// <summary>The table in force. Setting it takes effect for the next request (or the next attempt of one under way).</summary>
    public IngressTable Current
    {
        get => Volatile.Read(ref _current);
        set => Volatile.Write(ref _current, value);
    }
}
