using System.Globalization;
using Portal.Core.Members;

namespace Portal.Web.Live;

/// <summary>What the log viewer shows, as its address says, and the addresses of the REST API that follow from it.</summary>
/// <param name="Instance">Only this instance.</param>
/// <param name="Search">Only lines with this text.</param>
/// <param name="Pattern">Whether the text is a regular expression.</param>
/// <param name="Level">Only lines that call themselves at least so grave.</param>
/// <param name="From">The beginning: a moment (ISO 8601) or a span back from now such as <c>15m</c>.</param>
/// <param name="To">The end, a moment; then nothing is followed.</param>
/// <param name="Previous">Whether the containers before the present ones are read; then nothing is followed.</param>
internal sealed record LogStream(string? Instance, string? Search, bool Pattern, string? Level, string? From, string? To, bool Previous)
{
    private const int ShownTail = 1000;
    private const int MostTail = 10_000;

    /// <summary>Whether new lines are followed.</summary>
    public bool Follows => !Previous && To is null;

    /// <summary>What the viewer reads.</summary>
    public string Address(ScopeRef app, DateTimeOffset now) => $"{Path(app)}?follow={(Follows ? "true" : "false")}&tail={(From is null ? ShownTail : MostTail)}{Conditions(now)}";

    /// <summary>What the browser downloads: the same lines, as many as there are at most.</summary>
    public string Download(ScopeRef app, DateTimeOffset now) => $"{Path(app)}?download=true&tail={MostTail}{Conditions(now)}";

    private string Conditions(DateTimeOffset now)
    {
        (string Name, string? Value)[] parts =
        [
            ("instance", Instance), ("search", Search), ("pattern", Pattern && Search is { Length: > 0 } ? "true" : null), ("level", Level), ("since", Moment(From, now)), ("until", Moment(To, now)),
            ("previous", Previous ? "true" : null),
        ];
        return string.Concat(parts.Where(part => part.Value is { Length: > 0 }).Select(part => $"&{part.Name}={Uri.EscapeDataString(part.Value!)}"));
    }

    private static string? Moment(string? text, DateTimeOffset now)
    {
        if (string.IsNullOrEmpty(text)) return null;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)) return Iso(at);
        if (!int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)) return null;
        return text[^1] switch { 's' => Iso(now.AddSeconds(-count)), 'm' => Iso(now.AddMinutes(-count)), 'h' => Iso(now.AddHours(-count)), 'd' => Iso(now.AddDays(-count)), _ => null };
    }

    private static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Path(ScopeRef app) => $"/api/v1/teams/{Escape(app.Team)}/projects/{Escape(app.Project)}/environments/{Escape(app.Environment)}/apps/{Escape(app.App)}/logs";

    private static string Escape(string? part) => Uri.EscapeDataString(part ?? "");
}
