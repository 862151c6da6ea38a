namespace Portal.Web.Endpoints;

/// <summary>How far down the tree an endpoint's right is asked for; each level needs its name and those above it in the route.</summary>
public enum ScopeLevel
{
    /// <summary>The platform: no team at all, but a role over it (<see cref="Portal.Core.Members.PlatformTable"/>).</summary>
    Platform = -1,

    /// <summary>The signed-in account alone.</summary>
    Account = 0,

    /// <summary>A team.</summary>
    Team,

    /// <summary>A project.</summary>
    Project,

    /// <summary>An environment.</summary>
    Environment,

    /// <summary>An app that exists.</summary>
    App,
}
