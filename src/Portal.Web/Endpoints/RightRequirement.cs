using Portal.Core.Members;

namespace Portal.Web.Endpoints;

/// <summary>What an endpoint demands: the metadata that every endpoint of the API carries.</summary>
/// <param name="Right">The right.</param>
/// <param name="Level">Where.</param>
public sealed record RightRequirement(Right Right, ScopeLevel Level)
{
    internal static readonly string[] RouteNames = ["team", "project", "environment", "app"];

    /// <summary>The route parameters this level needs.</summary>
    internal IEnumerable<string> Needed => RouteNames.Take((int)Level);
}
