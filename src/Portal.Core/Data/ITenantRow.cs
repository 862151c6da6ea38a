namespace Portal.Core.Data;

/// <summary>A row that belongs to one team. Query filter and row-level security both go by <see cref="TeamId"/>.</summary>
internal interface ITenantRow
{
    Guid TeamId { get; }
}
