using System.Security.Claims;
using Bunit;
using Bunit.TestDoubles;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Portal.Core;
using Portal.Core.Activity;
using Portal.Core.Apps;
using Portal.Core.Audit;
using Portal.Core.Clusters;
using Portal.Core.Deliveries;
using Portal.Core.Domains;
using Portal.Core.Members;
using Portal.Core.Nodes;
using Portal.Core.Notifications;
using Portal.Core.Observe;
using Portal.Core.Placements;
using Portal.Core.Plan;
using Portal.Core.Projects;
using Portal.Core.Quotas;
using Portal.Core.Releases;
using Portal.Core.Teams;
using Portal.Core.Transfers;
using Portal.Core.Volumes;
using Portal.Web.Live;
using Portal.Web.Tests.Doubles;
using Portal.Web.Ui;

namespace Portal.Web.Tests;

/// <summary>A signed-in circuit with doubles of the use cases, the real rules of declarations, and a clock that stands still.</summary>
public abstract class ConsoleContext : BunitContext
{
    private readonly BunitAuthorizationContext _signedIn;

    /// <summary>When the person last proved who they are, as the console's cookie says.</summary>
    protected DateTimeOffset SignedInAt
    {
        set => _signedIn.SetClaims(
            new Claim("sub", Place.Me.ToString()), new Claim("email", "ada@example.com"), new Claim("name", "Ada Lovelace"),
            new Claim("portal:authenticated", value.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    protected ConsoleContext()
    {
        Approvals = new(Releases);
        JSInterop.Mode = JSRuntimeMode.Loose;
        var signedIn = this.AddAuthorization();
        signedIn.SetAuthorized("Ada Lovelace");
        _signedIn = signedIn;
        SignedInAt = Place.Now;
        Services.AddSingleton<TimeProvider>(Time);
        Services.AddScoped<CurrentActor>().AddScoped<Toasts>().AddScoped<Work>().AddSingleton<Drain>();
        Add<ITeams>(Teams);
        Add<IProjects>(Projects);
        Add<IEnvironments>(Environments);
        Add<IMembers>(Members);
        Add<IAuthorizer>(Authorizer);
        Add<IApps>(Apps);
        Add<IReleases>(Releases);
        Add<IDomains>(Domains);
        Add<IWebhookEndpoints>(Webhooks);
        Add<IAppObserver>(Observer);
        Add<IPlans>(Plans);
        Add<INodes>(Nodes);
        Add<IClusters>(Clusters);
        Add<ILogs>(Logs);
        Add<IAudit>(Audit);
        Add<IPlacements>(Placements);
        Add<IApprovals>(Approvals);
        Add<IPromotions>(Promotions);
        Add<INotifications>(Notifications);
        Add<IActivity>(Activity);
        Add<IVolumes>(Volumes);
        Add<IAppNames>(AppNames);
        Add<IQuotas>(Quotas);
        Add<ITransfers>(Transfers);
        Services.AddSingleton<IDeclarations>(new Declarations(new PortalCoreOptions()));
        // Last, since it makes the renderer and thereby closes the collection of services.
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
    }

    internal FakeTimeProvider Time { get; } = new(Place.Now);
    internal FakeTeams Teams { get; } = new();
    internal FakeProjects Projects { get; } = new();
    internal FakeEnvironments Environments { get; } = new();
    internal FakeMembers Members { get; } = new();
    internal FakeAuthorizer Authorizer { get; } = new();
    internal FakeApps Apps { get; } = new();
    internal FakeReleases Releases { get; } = new();
    internal FakeDomains Domains { get; } = new();
    internal FakeWebhooks Webhooks { get; } = new();
    internal FakeObserver Observer { get; } = new();
    internal FakePlans Plans { get; } = new();
    internal FakeLogs Logs { get; } = new();
    internal FakeAudit Audit { get; } = new();
    internal FakeApprovals Approvals { get; }
    internal FakePromotions Promotions { get; } = new();
    internal FakePlacements Placements { get; } = new();
    internal FakeNodes Nodes { get; } = new();
    internal FakeClusters Clusters { get; } = new();
    internal FakeActivity Activity { get; } = new();
    internal FakeAppNames AppNames { get; } = new();
    internal FakeVolumes Volumes { get; } = new();
    internal FakeQuotas Quotas { get; } = new();
    internal FakeTransfers Transfers { get; } = new();
    internal FakeNotifications Notifications { get; } = new();
    internal Trouble Trouble { get; } = new();

    private void Add<T>(T useCase) where T : class => Services.AddSingleton(Troubled<T>.Around(useCase, Trouble));

    protected NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    protected Toasts Toasts => Services.GetRequiredService<Toasts>();
}
