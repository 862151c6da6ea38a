using System.Diagnostics;
using System.Security.Claims;
using Bunit;
using Integration.Tests.Core;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
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
using Portal.Web.Layout;
using Portal.Web.Live;
using Portal.Web.Tests;
using Portal.Web.Ui;

namespace Integration.Tests.Pages;

/// <summary>One person's circuit: the whole console, router and layout included, over the product's own use cases.</summary>
internal sealed class PageVisit : BunitContext
{
    private readonly FirstSnapshots _observer;

    public CalledUseCases Called { get; } = new();

    public PageVisit(Product product, Actor actor)
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        var signedIn = this.AddAuthorization();
        signedIn.SetAuthorized(actor.Email);
        signedIn.SetClaims(new Claim("sub", actor.UserId.ToString()), new Claim("email", actor.Email), new Claim("name", actor.Email));
        _observer = new(product.Get<IAppObserver>());
        Services.AddSingleton<TimeProvider>(product.Clock).AddScoped<CurrentActor>().AddScoped<Toasts>().AddScoped<Work>().AddSingleton<Drain>();
        Services.AddSingleton(Called.Note(product.Get<ITeams>())).AddSingleton(Called.Note(product.Get<IProjects>())).AddSingleton(Called.Note(product.Get<IEnvironments>()));
        Services.AddSingleton(Called.Note(product.Get<IMembers>())).AddSingleton(Called.Note(product.Get<IAuthorizer>())).AddSingleton(Called.Note(product.Get<IApps>()));
        Services.AddSingleton(Called.Note(product.Get<IReleases>())).AddSingleton(Called.Note(product.Get<IDomains>())).AddSingleton(Called.Note(product.Get<IWebhookEndpoints>()));
        Services.AddSingleton(Called.Note(product.Get<IPlans>())).AddSingleton(Called.Note<IAppObserver>(_observer)).AddSingleton(product.Get<IDeclarations>());
        Services.AddSingleton(Called.Note(product.Get<IAudit>())).AddSingleton(Called.Note(product.Get<ILogs>())).AddSingleton(Called.Note(product.Get<INodes>())).AddSingleton(Called.Note(product.Get<IClusters>())).AddSingleton(Called.Note(product.Get<IPlacements>()));
        Services.AddSingleton(Called.Note(product.Get<IApprovals>())).AddSingleton(Called.Note(product.Get<IPromotions>())).AddSingleton(Called.Note(product.Get<INotifications>())).AddSingleton(Called.Note(product.Get<IActivity>()));
        Services.AddSingleton(Called.Note(product.Get<IAppNames>())).AddSingleton(Called.Note(product.Get<IVolumes>())).AddSingleton(Called.Note(product.Get<IQuotas>())).AddSingleton(Called.Note(product.Get<ITransfers>()));
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
    }

    /// <summary>Goes to an address and waits until nothing is loading any more.</summary>
    public async Task<IRenderedComponent<IComponent>> OpenAsync(string address)
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo(address);
        IRenderedComponent<IComponent> page = Render(builder =>
        {
            builder.OpenComponent<Routes>(0);
            builder.CloseComponent();
        });
        await RestAsync(page, address);
        return page;
    }

    /// <summary>Does something on the page and waits until all that it set off has come to its end.</summary>
    public async Task DoAsync(IRenderedComponent<IComponent> page, Func<IRenderedComponent<IComponent>, Place, Task> act, Place place)
    {
        await act(page, place);
        await RestAsync(page, "What was done");
    }

    // On a thread of its own: a test that goes on inside the circuit's dispatcher would overtake what waits there.
    private Task RestAsync(IRenderedComponent<IComponent> page, string what) => Task.Run(async () =>
    {
        var patience = Stopwatch.StartNew();
        int calls;
        bool running;
        do
        {
            if (patience.Elapsed > TimeSpan.FromSeconds(20)) throw new TimeoutException($"{what} did not come to rest: {page.Text()}");
            (calls, running) = (Called.Names.Count, Called.IsRunning);
            if (running) await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
            await _observer.QuietAsync();
            // Whatever an answer set off in the circuit before this has its turn before this, and may call again.
            await page.InvokeAsync(() => { });
        }
        while (running || Called.IsRunning || calls != Called.Names.Count || !page.Markup.Contains("<h1", StringComparison.Ordinal));
    });
}
