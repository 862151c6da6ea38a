namespace Portal.Core.Notifications;

/// <summary>What came of one attempt.</summary>
/// <param name="Taken">Whether the receiver took it.</param>
/// <param name="Status">The HTTP status, when there was an answer.</param>
/// <param name="Error">Why it was not taken, without the target's address; empty when it was.</param>
/// <param name="Gone">Whether the receiver wants nothing more, ever.</param>
/// <param name="RetryAfter">When the receiver wants to be asked again.</param>
internal sealed record SendResult(bool Taken, int? Status, string Error, bool Gone = false, TimeSpan? RetryAfter = null);
