namespace Kube.ApiServer.Storage;

/// <summary>The store refuses to start; the message is for the operator and names the setting or the fix.</summary>
public sealed class StoreStartException : Exception
{
    /// <summary>Refuses with a reason.</summary>
    /// <param name="message">One sentence that names the setting or the fix.</param>
    /// <param name="inner">The cause, if there is one.</param>
    public StoreStartException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
