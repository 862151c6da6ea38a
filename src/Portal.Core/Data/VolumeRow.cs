namespace Portal.Core.Data;

/// <summary>
/// A volume of an app, known by environment, app and name. Outlives the app: who declares the same app with the same volume again before
/// <see cref="KeptUntil"/> has its data back.
/// </summary>
internal sealed class VolumeRow : ITenantRow
{
    public required Guid Id { get; init; }

    public required Guid TeamId { get; init; }

    public required Guid EnvironmentId { get; init; }

    /// <summary>The app's name.</summary>
    public required string App { get; set; }

    public required string Name { get; init; }

    /// <summary>As declared, for example <c>10Gi</c>.</summary>
    public required string Size { get; init; }

    /// <summary>The claim in the environment's namespace, stamped once.</summary>
    public required string Claim { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its data goes; null while a release uses it.</summary>
    public DateTimeOffset? KeptUntil { get; set; }
}
