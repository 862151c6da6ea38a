namespace Portal.Core.Releases;

/// <summary>What brought a release about.</summary>
public enum ReleaseTrigger
{
    /// <summary>Somebody in the console.</summary>
    Console,

    /// <summary>The command line.</summary>
    Cli,

    /// <summary>Another client of the REST API.</summary>
    Api,

    /// <summary>A webhook delivery.</summary>
    Webhook,

    /// <summary>Somebody went back to an earlier release.</summary>
    Rollback,

    /// <summary>A release of another environment was carried here.</summary>
    Promotion,

    /// <summary>The release before failed or was cancelled, and the last good one took its place.</summary>
    Recovery,
}
