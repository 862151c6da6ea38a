namespace Portal.Core.Notifications;

/// <summary>One message to one channel.</summary>
/// <param name="Id">Its id; a webhook gets it as <c>webhook-id</c>, the same at every attempt.</param>
/// <param name="Type">The type of the event.</param>
/// <param name="Scope">What it is about, as a scope path.</param>
/// <param name="Message">What happened, in words.</param>
/// <param name="OccurredAt">When it happened.</param>
/// <param name="State">What became of the message.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="NextAt">When it is tried next; meaningful while pending.</param>
/// <param name="LastStatus">The HTTP status of the last attempt, when there was one.</param>
/// <param name="LastError">Why the last attempt failed; empty when it did not.</param>
/// <param name="SentAt">When the receiver took it.</param>
public sealed record NotificationView(
    Guid Id, string Type, string Scope, string Message, DateTimeOffset OccurredAt, NotificationState State, int Attempts, DateTimeOffset NextAt, int? LastStatus, string LastError, DateTimeOffset? SentAt);
