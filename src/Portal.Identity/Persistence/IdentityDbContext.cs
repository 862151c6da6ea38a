using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Portal.Identity.Persistence;

/// <summary>Accounts, sessions, tokens, OpenIddict's entities and the data-protection keys, in schema <c>identity</c>.</summary>
internal sealed class IdentityDbContext(DbContextOptions<IdentityDbContext> options)
    : IdentityDbContext<Account, IdentityRole<Guid>, Guid>(options), IDataProtectionKeyContext
{
    public const string Schema = "identity";
    public const string MigrationsAssembly = "Portal.Migrations";
    public const string HistoryTable = "migrations_history";

    public DbSet<Session> Sessions => Set<Session>();

    public DbSet<ApiToken> ApiTokens => Set<ApiToken>();

    public DbSet<SetupCode> SetupCodes => Set<SetupCode>();

    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    /// <summary>The one place that says how the context reaches PostgreSQL, for run time and migrations alike.</summary>
    public static void Configure(DbContextOptionsBuilder builder, string connectionString)
    {
        builder.UseNpgsql(connectionString, npgsql => npgsql.MigrationsAssembly(MigrationsAssembly).MigrationsHistoryTable(HistoryTable, Schema));
        builder.UseOpenIddict<Guid>();
    }

    /// <summary>A context outside any container, for migrations. ASP.NET Core Identity reads its schema version from the container's options
    /// (version 3 has the passkeys), so it gets a container that says the same as the running portal's.</summary>
    public static IdentityDbContext ForMigrations(string connectionString)
    {
        var services = new ServiceCollection().Configure<IdentityOptions>(options => options.Stores.SchemaVersion = IdentitySchemaVersions.Version3);
        var builder = new DbContextOptionsBuilder<IdentityDbContext>();
        Configure(builder, connectionString);
        builder.UseApplicationServiceProvider(services.BuildServiceProvider());
        return new IdentityDbContext(builder.Options);
    }

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.HasDefaultSchema(Schema);

        builder.Entity<Account>(account =>
        {
            account.ToTable("accounts");
            account.Property(a => a.DisplayName).HasMaxLength(200);
            account.HasIndex(a => a.NormalizedEmail).IsUnique();
        });
        builder.Entity<IdentityRole<Guid>>().ToTable("roles").HasData(PlatformRoleNames.All.Select(Role));
        builder.Entity<IdentityUserRole<Guid>>().ToTable("account_roles");
        builder.Entity<IdentityUserClaim<Guid>>().ToTable("account_claims");
        builder.Entity<IdentityUserLogin<Guid>>().ToTable("account_logins");
        builder.Entity<IdentityUserToken<Guid>>().ToTable("account_tokens");
        builder.Entity<IdentityRoleClaim<Guid>>().ToTable("role_claims");
        builder.Entity<IdentityUserPasskey<Guid>>().ToTable("account_passkeys");

        builder.Entity<Session>(session =>
        {
            session.ToTable("sessions");
            session.HasOne<Account>().WithMany().HasForeignKey(s => s.AccountId).OnDelete(DeleteBehavior.Cascade);
            session.Property(s => s.Stamp).HasMaxLength(100);
            session.Property(s => s.UserAgent).HasMaxLength(256);
            session.Property(s => s.Peer).HasMaxLength(64);
            session.HasIndex(s => s.ExpiresAt);
        });
        builder.Entity<ApiToken>(token =>
        {
            token.ToTable("api_tokens");
            token.HasOne<Account>().WithMany().HasForeignKey(t => t.AccountId).OnDelete(DeleteBehavior.Cascade);
            token.Property(t => t.Name).HasMaxLength(100);
            token.Property(t => t.Prefix).HasMaxLength(16);
            token.Property(t => t.Scope).HasMaxLength(100);
            token.Property(t => t.Rights).HasMaxLength(1000);
            token.HasIndex(t => t.Prefix).IsUnique();
        });
        builder.Entity<SetupCode>(code =>
        {
            code.ToTable("setup_code", table => table.HasCheckConstraint("setup_code_single", "id = 1"));
            code.Property(c => c.Id).ValueGeneratedNever();
        });
        builder.Entity<DataProtectionKey>().ToTable("data_protection_keys");
        SnakeCaseNames.Apply(builder.Model);
    }

    // Fixed ids: the rows are part of the migration, so they must be the same on every build.
    private static IdentityRole<Guid> Role(string name, int index)
    {
        var id = new Guid(index + 1, 0x504f, 0x5254, 0x80, 0, 0, 0, 0, 0, 0, 1);
        return new IdentityRole<Guid>(name) { Id = id, NormalizedName = name.ToUpperInvariant(), ConcurrencyStamp = id.ToString() };
    }
}
