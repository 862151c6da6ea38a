using System.Collections.Immutable;
using Portal.Core.Results;

namespace Portal.Core.Members;

/// <summary>What an API token narrows its owner's rights to. The owner's present role still applies at every use.</summary>
/// <param name="Team">The only team the token works in, or null for every team of the owner.</param>
/// <param name="Rights">The only rights the token carries, or null for every right of the owner.</param>
/// <param name="Project">The only project of the team, or null for all.</param>
/// <param name="Environment">The only environment of the project, or null for all.</param>
public sealed record TokenScope(string? Team, ImmutableHashSet<Right>? Rights, string? Project = null, string? Environment = null)
{
    /// <summary>The rights of a token that only plans: it computes what a change would do and can do nothing.</summary>
    public static readonly ImmutableHashSet<Right> PlanOnly = [Right.AppView, Right.Plan];

    /// <summary>The rights of a token that deploys: plan, deploy, roll back, and see what came of it.</summary>
    public static readonly ImmutableHashSet<Right> DeployOnly = [Right.AppView, Right.Plan, Right.Deploy, Right.LogsRead];

    /// <summary>The rights of a token that looks.</summary>
    public static readonly ImmutableHashSet<Right> ReadOnly = [Right.AppView, Right.LogsRead, Right.MetricsRead];

    /// <summary>The place the token is narrowed to, or null.</summary>
    public ScopeRef? Place => Team is null ? null : new(Team, Project, Environment);

    /// <summary>The place as it is stored.</summary>
    public string? PlaceText => Place?.ToString();

    /// <summary>The rights as they are stored.</summary>
    public string? RightsText => Rights is null ? null : string.Join(',', Rights.Select(right => right.ToString()).Order(StringComparer.Ordinal));

    /// <summary>Why the token is of no use in a place, or null when it is. What lies elsewhere answers like what does not exist.</summary>
    public Error? Unless(ScopeRef scope)
    {
        ArgumentNullException.ThrowIfNull(scope);
        if (Team is { } team && team != scope.Team) return Error.NotFound("team");
        if (Project is { } project && project != scope.Project) return scope.Project is null ? Above() : Error.NotFound("project");
        if (Environment is { } environment && environment != scope.Environment) return scope.Environment is null ? Above() : Error.NotFound("environment");
        return null;

        Error Above() => Error.Forbidden($"The token is only for {PlaceText}.");
    }

    /// <summary>Reads a narrowing as people and the database write it; null when nothing is narrowed.</summary>
    /// <param name="place"><c>team[/project[/environment]]</c>, or null.</param>
    /// <param name="rights">Names of rights separated by commas, or one of <c>plan</c>, <c>deploy</c> and <c>read</c>, or null.</param>
    public static Result<TokenScope?> Parse(string? place, string? rights)
    {
        var faults = new List<FieldError>();
        var parts = string.IsNullOrWhiteSpace(place) ? [] : place.Trim().Split('/');
        if (parts.Length > 3 || parts.Any(part => part.Length == 0)) faults.Add(new("scope", "Must be team, team/project or team/project/environment."));
        ImmutableHashSet<Right>? carried = null;
        if (!string.IsNullOrWhiteSpace(rights))
        {
            carried = rights.Trim() switch { "plan" => PlanOnly, "deploy" => DeployOnly, "read" => ReadOnly, _ => [] };
            foreach (var name in carried.Count > 0 ? [] : rights.Split(',', StringSplitOptions.TrimEntries))
            {
                if (Enum.TryParse<Right>(name, ignoreCase: true, out var right) && Enum.IsDefined(right) && !int.TryParse(name, out _)) carried = carried.Add(right);
                else faults.Add(new("rights", $"There is no right {name}; there are {string.Join(", ", Enum.GetNames<Right>())}, and the sets plan, deploy and read."));
            }
        }

        if (faults.Count > 0) return Error.Invalid(faults);
        return Result<TokenScope?>.Ok(parts.Length == 0 && carried is null ? null : new(parts.ElementAtOrDefault(0), carried, parts.ElementAtOrDefault(1), parts.ElementAtOrDefault(2)));
    }

    /// <summary>Reads what the database holds. What cannot be read carries nothing: a newer server's right must not become every right here.</summary>
    public static TokenScope? Stored(string? place, string? rights)
    {
        var read = Parse(place, rights);
        if (read.IsOk) return read.Value;
        return new("", []);
    }
}
