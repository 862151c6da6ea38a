namespace Portal.Core.Deliveries;

/// <summary>Where a registry or a build announces images for an app.</summary>
/// <param name="Id">The id in its address <c>/hooks/{id}</c>; not a credential.</param>
/// <param name="Description">What it is for.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="RotatedAt">When its secret was last replaced, or null.</param>
public sealed record WebhookEndpointView(string Id, string Description, DateTimeOffset CreatedAt, DateTimeOffset? RotatedAt);
