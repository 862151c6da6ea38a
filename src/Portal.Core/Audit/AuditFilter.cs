namespace Portal.Core.Audit;

/// <summary>Which acts of a team's audit. A part that is null or empty narrows nothing.</summary>
public sealed record AuditFilter
{
    /// <summary>Only acts of this address, in any case.</summary>
    public string? Actor { get; init; }

    /// <summary>Only this action, or with a trailing <c>*</c> those that begin so: <c>app.*</c>.</summary>
    public string? Action { get; init; }

    /// <summary>Only acts on this scope path or below it: <c>acme/shop</c>.</summary>
    public string? Target { get; init; }

    /// <summary>Only acts that came to this.</summary>
    public AuditOutcome? Outcome { get; init; }

    /// <summary>Only acts from this moment on.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only acts before this moment.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Only acts older than the one of this id; the next page.</summary>
    public long? Before { get; init; }

    /// <summary>How many at most, 1 to 500.</summary>
    public int Limit { get; init; } = 100;
}
