using Microsoft.EntityFrameworkCore;

namespace Portal.Core.Data;

/// <summary>The tables of what is observed and told: checkpoints of the audit, figures, occurrences and notifications.</summary>
internal static class ObservationModel
{
    public static void Configure(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<AuditCheckpointRow>(e =>
        {
            e.ToTable("audit_checkpoints").HasKey(c => new { c.TeamId, c.Sequence });
            e.Property(c => c.KeyId).HasMaxLength(40);
        });
        modelBuilder.Entity<MetricPointRow>(e =>
        {
            e.ToTable("metric_points").HasKey(p => new { p.AppId, p.At });
            e.HasIndex(p => p.At);
            e.HasOne<AppRow>().WithMany().HasForeignKey(p => p.AppId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<OccurrenceRow>(e =>
        {
            e.ToTable("occurrences").HasKey(o => o.Id);
            e.Property(o => o.Id).UseIdentityAlwaysColumn();
            e.Property(o => o.Type).HasMaxLength(60);
            e.HasIndex(o => new { o.TeamId, o.Id });
            e.HasIndex(o => o.Id).HasDatabaseName("ix_occurrences_unprocessed").HasFilter("processed_at IS NULL");
            e.HasOne<TeamRow>().WithMany().HasForeignKey(o => o.TeamId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<NotificationChannelRow>(e =>
        {
            e.ToTable("notification_channels").HasKey(c => c.Id);
            e.Property(c => c.Kind).HasConversion<string>().HasMaxLength(20);
            e.Property(c => c.Name).HasMaxLength(100);
            e.Property(c => c.Shown).HasMaxLength(300);
            e.HasIndex(c => new { c.TeamId, c.Name }).IsUnique();
            e.HasOne<TeamRow>().WithMany().HasForeignKey(c => c.TeamId).OnDelete(DeleteBehavior.Cascade);
            e.HasOne<ProjectRow>().WithMany().HasForeignKey(c => c.ProjectId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<NotificationRow>(e =>
        {
            e.ToTable("notifications").HasKey(n => n.Id);
            e.Property(n => n.State).HasConversion<string>().HasMaxLength(20);
            e.Property(n => n.Type).HasMaxLength(60);
            e.HasIndex(n => n.NextAt).HasDatabaseName("ix_notifications_pending").HasFilter("state = 'Pending'");
            e.HasIndex(n => new { n.ChannelId, n.Id });
            e.HasOne<NotificationChannelRow>().WithMany().HasForeignKey(n => n.ChannelId).OnDelete(DeleteBehavior.Cascade);
        });
    }
}
