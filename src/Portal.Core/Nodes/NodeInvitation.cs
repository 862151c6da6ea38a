using Portal.Core.Apps;

namespace Portal.Core.Nodes;

/// <summary>What another machine needs to join.</summary>
/// <param name="Command">The command to run there as root. It holds a token that works once, so it is shown once.</param>
/// <param name="ExpiresAt">Until when it may be used.</param>
public sealed record NodeInvitation(Sensitive Command, DateTimeOffset ExpiresAt);
