using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Portal.Core.Audit;
using Portal.Core.Releases;

namespace Portal.Core.Data;

/// <summary>
/// One transaction over the product's tables, seeing one tenant. Comes from <see cref="ITenantDbContextFactory"/> only; disposing without
/// <see cref="CommitAsync"/> rolls back.
/// </summary>
internal sealed class PortalDbContext(DbContextOptions<PortalDbContext> options, TenantContext tenant) : DbContext(options)
{
    public const string Schema = "portal";

    private readonly Guid _team = tenant.TeamId ?? Guid.Empty;
    private readonly bool _platform = tenant.TeamId is null;
    private IDbContextTransaction? _transaction;

    public TenantContext Tenant => tenant;

    public DbSet<TeamRow> Teams => Set<TeamRow>();

    public DbSet<MemberRow> Members => Set<MemberRow>();

    public DbSet<QuotaRow> Quotas => Set<QuotaRow>();

    public DbSet<ProjectRow> Projects => Set<ProjectRow>();

    public DbSet<EnvironmentRow> Environments => Set<EnvironmentRow>();

    public DbSet<ClusterRow> Clusters => Set<ClusterRow>();

    public DbSet<AppRow> Apps => Set<AppRow>();

    public DbSet<SecretRow> Secrets => Set<SecretRow>();

    public DbSet<ReleaseRow> Releases => Set<ReleaseRow>();

    public DbSet<RolloutRow> Rollouts => Set<RolloutRow>();

    public DbSet<VolumeRow> Volumes => Set<VolumeRow>();

    public DbSet<FreezeRow> Freezes => Set<FreezeRow>();

    public DbSet<ProjectQuotaRow> ProjectQuotas => Set<ProjectQuotaRow>();

    public DbSet<QuotaRequestRow> QuotaRequests => Set<QuotaRequestRow>();

    public DbSet<DomainRow> Domains => Set<DomainRow>();

    public DbSet<WebhookEndpointRow> WebhookEndpoints => Set<WebhookEndpointRow>();

    public DbSet<DeliveryRow> Deliveries => Set<DeliveryRow>();

    public DbSet<AuditRow> Audit => Set<AuditRow>();

    public DbSet<AuditCheckpointRow> AuditCheckpoints => Set<AuditCheckpointRow>();

    public DbSet<MetricPointRow> MetricPoints => Set<MetricPointRow>();

    public DbSet<OccurrenceRow> Occurrences => Set<OccurrenceRow>();

    public DbSet<NotificationChannelRow> NotificationChannels => Set<NotificationChannelRow>();

    public DbSet<NotificationRow> Notifications => Set<NotificationRow>();

    /// <summary>The acts of this transaction. They are linked into their team's chain as the last thing before it commits.</summary>
    public ICollection<AuditEntry> Acts { get; } = [];

    /// <summary>Begins the transaction and tells PostgreSQL, for this transaction alone, which tenant it is for.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        _transaction = await Database.BeginTransactionAsync(cancellationToken);
        var team = _platform ? "" : _team.ToString();
        var scope = _platform ? "platform" : "team";
        await Database.ExecuteSqlAsync($"SELECT set_config('portal.team', {team}, true), set_config('portal.scope', {scope}, true)", cancellationToken);
    }

    /// <summary>Saves what is pending and commits. The context is of no further use.</summary>
    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        await SaveChangesAsync(cancellationToken);
        if (Acts.Count > 0) await AuditChain.AppendAsync(this, Acts, cancellationToken);
        await (_transaction ?? throw new InvalidOperationException("The context was not begun.")).CommitAsync(cancellationToken);
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema(Schema);
        modelBuilder.Entity<TeamRow>(e =>
        {
            e.ToTable("teams").HasKey(t => t.Id);
            e.Property(t => t.Name).HasMaxLength(40);
            e.Property(t => t.DisplayName).HasMaxLength(100);
            e.HasIndex(t => t.Name).IsUnique();
            e.HasQueryFilter(t => _platform || t.Id == _team);
        });
        modelBuilder.Entity<MemberRow>(e =>
        {
            e.ToTable("members").HasKey(m => new { m.TeamId, m.UserId });
            e.Property(m => m.Role).HasConversion<string>().HasMaxLength(20);
            e.Property(m => m.Email).HasMaxLength(320);
            e.HasIndex(m => m.UserId);
            e.HasOne<TeamRow>().WithMany().HasForeignKey(m => m.TeamId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<QuotaRow>(e =>
        {
            e.ToTable("quotas").HasKey(q => q.TeamId);
            e.HasOne<TeamRow>().WithMany().HasForeignKey(q => q.TeamId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<ProjectRow>(e =>
        {
            e.ToTable("projects").HasKey(p => p.Id);
            e.Property(p => p.Name).HasMaxLength(30);
            e.HasIndex(p => new { p.TeamId, p.Name }).IsUnique();
            e.HasOne<TeamRow>().WithMany().HasForeignKey(p => p.TeamId).OnDelete(DeleteBehavior.Restrict);
        });
        modelBuilder.Entity<EnvironmentRow>(e =>
        {
            e.ToTable("environments").HasKey(v => v.Id);
            e.Property(v => v.Name).HasMaxLength(20);
            e.Property(v => v.Namespace).HasMaxLength(63);
            e.HasIndex(v => new { v.ProjectId, v.Name }).IsUnique();
            e.Property(v => v.PreviewKey).HasMaxLength(200);
            e.HasIndex(v => v.Namespace).IsUnique();
            e.HasIndex(v => new { v.PreviewOf, v.PreviewKey }).IsUnique();
            e.HasIndex(v => v.ExpiresAt).HasDatabaseName("ix_environments_expiring").HasFilter("expires_at IS NOT NULL");
            e.HasOne<ProjectRow>().WithMany().HasForeignKey(v => v.ProjectId).OnDelete(DeleteBehavior.Restrict);
            e.HasOne<ClusterRow>().WithMany().HasForeignKey(v => v.ClusterId).OnDelete(DeleteBehavior.Restrict);
        });
        modelBuilder.Entity<AppRow>(e =>
        {
            e.ToTable("apps").HasKey(a => a.Id);
            e.Property(a => a.Name).HasMaxLength(30);
            e.Property(a => a.Host).HasMaxLength(253);
            e.Property(a => a.Workload).HasMaxLength(30);
            e.HasIndex(a => new { a.EnvironmentId, a.Name }).IsUnique();
            e.HasIndex(a => new { a.EnvironmentId, a.Workload }).IsUnique();
            e.HasOne<EnvironmentRow>().WithMany().HasForeignKey(a => a.EnvironmentId).OnDelete(DeleteBehavior.Restrict);
        });
        modelBuilder.Entity<SecretRow>(e =>
        {
            e.ToTable("secrets").HasKey(s => new { s.AppId, s.Name, s.Version });
            e.Property(s => s.Name).HasMaxLength(260);
            e.HasOne<AppRow>().WithMany().HasForeignKey(s => s.AppId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<ReleaseRow>(e =>
        {
            e.ToTable("releases").HasKey(r => r.Id);
            e.Property(r => r.Declaration).HasColumnType("jsonb");
            e.Property(r => r.SecretVersions).HasColumnType("jsonb");
            e.Property(r => r.Plan).HasColumnType("jsonb");
            e.Property(r => r.Trigger).HasConversion<string>().HasMaxLength(20).HasDefaultValue(ReleaseTrigger.Console).HasSentinel((ReleaseTrigger)(-1));
            e.Property(r => r.PromotedFrom).HasMaxLength(40);
            e.HasIndex(r => new { r.AppId, r.Number }).IsUnique();
            e.HasIndex(r => r.DeliveryId).IsUnique();
            e.HasOne<AppRow>().WithMany().HasForeignKey(r => r.AppId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<RolloutRow>(e =>
        {
            e.ToTable("rollouts").HasKey(r => r.ReleaseId);
            e.Property(r => r.State).HasConversion<string>().HasMaxLength(20);
            e.Property(r => r.State).IsConcurrencyToken();
            e.HasIndex(r => r.AppId).IsUnique().HasDatabaseName("ix_rollouts_one_active_an_app")
                .HasFilter("state IN ('Queued', 'Releasing', 'Applying', 'Rolling', 'Shifting', 'Promoting')");
            e.HasIndex(r => r.FinishedAt).HasDatabaseName("ix_rollouts_recovery_due").HasFilter("recovery_due");
            e.Property(r => r.Digest).HasMaxLength(600);
            e.Property(r => r.DecidedBy).HasMaxLength(320);
            e.HasIndex(r => new { r.AppId, r.Number });
            e.HasOne<ReleaseRow>().WithMany().HasForeignKey(r => r.ReleaseId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<DomainRow>(e =>
        {
            e.ToTable("domains").HasKey(d => d.Host);
            e.Property(d => d.Host).HasMaxLength(253);
            e.HasIndex(d => d.AppId);
            e.HasOne<AppRow>().WithMany().HasForeignKey(d => d.AppId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<VolumeRow>(e =>
        {
            e.ToTable("volumes").HasKey(v => v.Id);
            e.Property(v => v.App).HasMaxLength(30);
            e.Property(v => v.Name).HasMaxLength(20);
            e.Property(v => v.Size).HasMaxLength(10);
            e.Property(v => v.Claim).HasMaxLength(63);
            e.HasIndex(v => new { v.EnvironmentId, v.App, v.Name }).IsUnique();
            e.HasIndex(v => v.KeptUntil).HasDatabaseName("ix_volumes_kept_until").HasFilter("kept_until IS NOT NULL");
            e.HasOne<EnvironmentRow>().WithMany().HasForeignKey(v => v.EnvironmentId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<FreezeRow>(e =>
        {
            e.ToTable("freezes").HasKey(f => f.Id);
            e.Property(f => f.Reason).HasMaxLength(200);
            e.Property(f => f.Author).HasMaxLength(320);
            e.HasIndex(f => f.EnvironmentId);
            e.HasOne<EnvironmentRow>().WithMany().HasForeignKey(f => f.EnvironmentId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<ProjectQuotaRow>(e =>
        {
            e.ToTable("project_quotas").HasKey(q => q.ProjectId);
            e.HasOne<ProjectRow>().WithMany().HasForeignKey(q => q.ProjectId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<QuotaRequestRow>(e =>
        {
            e.ToTable("quota_requests").HasKey(q => q.Id);
            e.Property(q => q.Reason).HasMaxLength(500);
            e.Property(q => q.Author).HasMaxLength(320);
            e.Property(q => q.DecidedBy).HasMaxLength(320);
            e.Property(q => q.State).HasConversion<string>().HasMaxLength(20);
            e.HasIndex(q => q.TeamId);
            e.HasOne<TeamRow>().WithMany().HasForeignKey(q => q.TeamId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<WebhookEndpointRow>(e =>
        {
            e.ToTable("webhook_endpoints").HasKey(w => w.Id);
            e.Property(w => w.Id).HasMaxLength(40);
            e.Property(w => w.Description).HasMaxLength(200);
            e.HasIndex(w => w.AppId);
            e.HasOne<AppRow>().WithMany().HasForeignKey(w => w.AppId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<DeliveryRow>(e =>
        {
            e.ToTable("deliveries").HasKey(d => d.Id);
            e.Property(d => d.WebhookId).HasMaxLength(256);
            e.Property(d => d.Type).HasMaxLength(200);
            e.Property(d => d.State).HasConversion<string>().HasMaxLength(20);
            e.HasIndex(d => new { d.EndpointId, d.WebhookId }).IsUnique();
            e.HasIndex(d => d.ReceivedAt).HasDatabaseName("ix_deliveries_pending").HasFilter("state = 'Pending'");
            e.HasOne<WebhookEndpointRow>().WithMany().HasForeignKey(d => d.EndpointId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<AuditRow>(e =>
        {
            e.ToTable("audit").HasKey(a => a.Id);
            e.Property(a => a.Id).UseIdentityAlwaysColumn();
            e.Property(a => a.Outcome).HasConversion<string>().HasMaxLength(20);
            e.HasIndex(a => new { a.TeamId, a.Id });
            e.HasIndex(a => new { a.TeamId, a.Sequence }).IsUnique();
            e.HasQueryFilter(a => _platform || a.TeamId == _team);
        });
        ObservationModel.Configure(modelBuilder);
        modelBuilder.Entity<ClusterRow>(e =>
        {
            e.ToTable("clusters").HasKey(c => c.Id);
            e.Property(c => c.Name).HasMaxLength(30);
            e.Property(c => c.Server).HasMaxLength(300);
            e.Property(c => c.IngressClass).HasMaxLength(63);
            e.Property(c => c.Version).HasMaxLength(60);
            e.Property(c => c.Problem).HasMaxLength(300);
            e.HasIndex(c => new { c.TeamId, c.Name }).IsUnique().AreNullsDistinct(false);
            e.HasOne<TeamRow>().WithMany().HasForeignKey(c => c.TeamId).OnDelete(DeleteBehavior.Cascade);
            // What belongs to the platform is for every team to use.
            e.HasQueryFilter(c => _platform || c.TeamId == _team || c.TeamId == null);
        });

        modelBuilder.Entity<MemberRow>().HasQueryFilter(r => _platform || r.TeamId == _team);
        modelBuilder.Entity<QuotaRow>().HasQueryFilter(r => _platform || r.TeamId == _team);
        modelBuilder.Entity<ProjectRow>().HasQueryFilter(r => _platform || r.TeamId == _team);
        modelBuilder.Entity<EnvironmentRow>().HasQueryFilter(r => _platform || r.TeamId == _team);
        modelBuilder.Entity<AppRow>().HasQueryFilter(r => _platform || r.TeamId == _team);
        modelBuilder.Entity<SecretRow>().HasQueryFilter(r => _platform || r.TeamId == _team);
        modelBuilder.Entity<ReleaseRow>().HasQueryFilter(r => _platform || r.TeamId == _team);
        modelBuilder.Entity<RolloutRow>().HasQueryFilter(r => _platform || r.TeamId == _team);
        modelBuilder.Entity<VolumeRow>().HasQueryFilter(r => _platform || r.TeamId == _team);
        modelBuilder.Entity<FreezeRow>().HasQueryFilter(r => _platform || r.TeamId == _team);
        modelBuilder.Entity<ProjectQuotaRow>().HasQueryFilter(r => _platform || r.TeamId == _team);
        modelBuilder.Entity<QuotaRequestRow>().HasQueryFilter(r => _platform || r.TeamId == _team);
        modelBuilder.Entity<DomainRow>().HasQueryFilter(r => _platform || r.TeamId == _team);
        modelBuilder.Entity<WebhookEndpointRow>().HasQueryFilter(r => _platform || r.TeamId == _team);
        modelBuilder.Entity<DeliveryRow>().HasQueryFilter(r => _platform || r.TeamId == _team);
        modelBuilder.Entity<AuditCheckpointRow>().HasQueryFilter(r => _platform || r.TeamId == _team);
        modelBuilder.Entity<MetricPointRow>().HasQueryFilter(r => _platform || r.TeamId == _team);
        modelBuilder.Entity<OccurrenceRow>().HasQueryFilter(r => _platform || r.TeamId == _team);
        modelBuilder.Entity<NotificationChannelRow>().HasQueryFilter(r => _platform || r.TeamId == _team);
        modelBuilder.Entity<NotificationRow>().HasQueryFilter(r => _platform || r.TeamId == _team);

        foreach (var entity in modelBuilder.Model.GetEntityTypes())
        {
            foreach (var property in entity.GetProperties()) property.SetColumnName(SnakeCase.Of(property.Name));
        }
    }
}
