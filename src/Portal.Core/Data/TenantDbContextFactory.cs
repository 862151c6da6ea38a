using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Portal.Core.Data;

/// <summary>Opens contexts on one pool of connections.</summary>
internal sealed class TenantDbContextFactory : ITenantDbContextFactory, IAsyncDisposable
{
    private readonly NpgsqlDataSource _source;
    private readonly DbContextOptions<PortalDbContext> _options;

    public TenantDbContextFactory(PortalCoreOptions options)
    {
        _source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(options.ConnectionString) { ApplicationName = "portal-core" });
        _options = new DbContextOptionsBuilder<PortalDbContext>().UseNpgsql(_source).Options;
    }

    public async Task<PortalDbContext> CreateAsync(TenantContext tenant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        var context = new PortalDbContext(_options, tenant);
        try
        {
            await context.BeginAsync(cancellationToken);
            return context;
        }
        catch
        {
            await context.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
