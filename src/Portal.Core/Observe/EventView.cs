namespace Portal.Core.Observe;

/// <summary>A Kubernetes event about an object of an app.</summary>
/// <param name="At">When it last happened.</param>
/// <param name="Warning">Whether it is a warning.</param>
/// <param name="Reason">The machine's word for it, for example <c>FailedScheduling</c>.</param>
/// <param name="Message">The sentence for people.</param>
/// <param name="Object">Kind and name it is about, for example <c>Pod/hello-web-5d…</c>.</param>
/// <param name="Count">How often it happened.</param>
public sealed record EventView(DateTimeOffset At, bool Warning, string Reason, string Message, string Object, int Count);
