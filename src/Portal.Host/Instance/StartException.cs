namespace Portal.Host.Instance;

/// <summary>The instance cannot start for a reason a person can mend; the message is the one sentence they see.</summary>
internal sealed class StartException(string message, Exception? inner = null) : Exception(message, inner);
