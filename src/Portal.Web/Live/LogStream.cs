using Portal.Core.Members;

namespace Portal.Web.Live;

/// <summary>The address of the log stream of the REST API.</summary>
internal static class LogStream
{
    public static string Address(ScopeRef app, string? instance)
    {
        var path = $"/api/v1/teams/{Escape(app.Team)}/projects/{Escape(app.Project)}/environments/{Escape(app.Environment)}/apps/{Escape(app.App)}/logs?follow=true&tail=500";
        return instance is { Length: > 0 } ? $"{path}&instance={Escape(instance)}" : path;
    }

    private static string Escape(string? part) => Uri.EscapeDataString(part ?? "");
}
