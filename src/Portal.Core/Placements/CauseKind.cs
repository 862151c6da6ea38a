namespace Portal.Core.Placements;

/// <summary>What sort of thing keeps an app from being healthy.</summary>
public enum CauseKind
{
    /// <summary>No node takes an instance.</summary>
    Placement,

    /// <summary>The cluster refuses to create instances: a quota or a rule.</summary>
    Refused,

    /// <summary>The image cannot be had.</summary>
    Image,

    /// <summary>The program cannot be started: its configuration or command.</summary>
    Start,

    /// <summary>The program ends by itself.</summary>
    Crash,

    /// <summary>The program runs and does not answer its health check.</summary>
    Health,

    /// <summary>The instance's node does not report.</summary>
    Node,

    /// <summary>The release itself: refused, or out of time.</summary>
    Release,
}
