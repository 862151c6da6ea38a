using Bunit;
using Microsoft.AspNetCore.Components;
using Portal.Core.Members;

namespace Integration.Tests.Pages;

/// <summary>
/// Every handler of the console, one row each. A handler without a row fails the test, and so does a row whose handler is gone or reaches another use case.
/// To add one: take the name and the use cases from the failure, name the rights of the role table the act takes, the address of its page, the way to it (<c>Open</c>),
/// the act itself by what the person sees, and what an allowed act changes (a table) or shows (a text). The test does the rest, for every role.
/// </summary>
internal static class PageActions
{
    private const string Team = "/t/{Team}";
    private const string Project = "/t/{Team}/p/{Project}";
    private const string Exported = "apiVersion: portal/v1\nkind: Project\nmetadata: { name: imported }\nenvironments: { staging: {} }\n";
    private const string App = "/t/{Team}/p/{Project}/e/{Env}/apps/{App}";

    public static IReadOnlyList<PageAction> All { get; } =
    [
        new("Home.CreateAsync", "ITeams.CreateAsync", [Right.Account], "/")
        {
            Changes = "teams",
            Open = async (page, place) =>
            {
                await page.PressAsync("Create team");
                await page.TypeAsync("Team name", $"{place.Team}-new");
            },
            Act = (page, _) => NameAsync(page),
        },
        new("TeamProjects.CreateAsync", "IProjects.CreateAsync", [Right.ProjectManage], Team)
        {
            Changes = "projects",
            Open = async (page, _) =>
            {
                await page.PressAsync("Create project");
                await page.TypeAsync("Project name", "another");
            },
            Act = (page, _) => NameAsync(page),
        },
        new("TeamMembers.AddAsync", "IMembers.AddAsync", [Right.MembersManage], Team + "/members")
        {
            Changes = "members",
            Open = (page, place) => page.FillAsync("Email", place.Stranger),
            Act = (page, _) => page.SendAsync("Add member"),
        },
        new("TeamMembers.ChangeAsync", "IMembers.ChangeRoleAsync", [Right.MembersManage], Team + "/members") { Changes = "members", Act = (page, place) => page.FillAsync($"Role of {place.Other.Email}", "Support") },
        new("TeamMembers.RemoveAsync", "IMembers.RemoveAsync", [Right.MembersManage], Team + "/members")
        {
            Changes = "members",
            Open = (page, place) => page.PressAsync($"Remove {place.Other.Email}"),
            Act = (page, _) => page.PressAsync("Remove member"),
        },
        new("AppSettings.PlanRenameAsync", "IAppNames.PlanAsync", [Right.ConfigWrite], App + "/settings")
        {
            Shows = "hello will be called greeter",
            Open = (page, _) => page.FillAsync("New name", "greeter"),
            Act = (page, _) => page.SendAsync("Review the rename"),
        },
        new("AppSettings.RenameAsync", "IAppNames.RenameAsync", [Right.ConfigWrite], App + "/settings")
        {
            Changes = "apps",
            Open = async (page, _) =>
            {
                await page.FillAsync("New name", "greeter");
                await page.SendAsync("Review the rename");
            },
            Act = (page, _) => page.PressAsync("Rename app"),
        },
        new("TeamImport.PlanAsync", "ITransfers.PlanAsync", [Right.ProjectManage], Team + "/import")
        {
            Shows = "Project imported:",
            Open = (page, _) => page.FillAsync("The file's text", Exported),
            Act = (page, _) => page.SendAsync("Review plan"),
        },
        new("TeamImport.ImportAsync", "ITransfers.ImportAsync", [Right.ProjectManage], Team + "/import")
        {
            Changes = "projects",
            Open = async (page, _) =>
            {
                await page.FillAsync("The file's text", Exported);
                await page.SendAsync("Review plan");
            },
            Act = (page, _) => page.PressAsync("Import"),
        },
        new("TeamUsage.AskForAsync", "IQuotas.RequestAsync", [Right.QuotaRequest], Team + "/usage")
        {
            Changes = "quota_requests",
            Open = (page, _) => page.FillAsync("Reason", "the sale"),
            Act = (page, _) => page.SendAsync("Send the request"),
        },
        new("TeamSettings.DeleteAsync", "ITeams.DeleteAsync", [Right.TeamDelete], Team + "/settings")
        {
            Changes = "teams",
            Bare = true,
            Open = (page, place) => CondemnAsync(page, "Delete team…", place.Team),
            Act = (page, _) => page.SendAsync("Delete team"),
        },
        new("ProjectEnvironments.CreateAsync", "IEnvironments.CreateAsync", [Right.ProjectManage], Project)
        {
            Changes = "environments",
            Open = async (page, _) =>
            {
                await page.PressAsync("Create environment");
                await page.TypeAsync("Environment name", "staging");
            },
            Act = (page, _) => NameAsync(page),
        },
        new("ProjectSettings.ProtectAsync", "IEnvironments.ProtectAsync", [Right.ProjectManage], Project + "/settings") { Changes = "environments", Act = (page, _) => page.PressAsync("Protect production") },
        new("ProjectSettings.DeleteEnvironmentAsync", "IEnvironments.DeleteAsync", [Right.AppDelete], Project + "/settings")
        {
            Changes = "environments",
            Open = (page, _) => CondemnAsync(page, "Delete production…", "production"),
            Act = (page, _) => page.SendAsync("Delete environment"),
        },
        new("ProjectSettings.DeleteAsync", "IProjects.DeleteAsync", [Right.AppDelete], Project + "/settings")
        {
            Changes = "projects",
            Open = (page, _) => CondemnAsync(page, "Delete project…", "shop"),
            Act = (page, _) => page.SendAsync("Delete project"),
        },
        new("DeclarationEditor.PlanAsync", "IPlans.PlanAsync", [Right.Plan], Project + "/e/{Env}/apps/new") { Shows = "Back to the declaration", Open = DeclareAsync, Act = (page, _) => page.SendAsync("Review plan") },
        new("DeclarationEditor.DeployAsync", "IApps.DeclareAsync,IApps.GetAsync", [Right.Deploy, Right.ConfigWrite], Project + "/e/{Env}/apps/new")
        {
            Changes = "apps",
            Open = async (page, place) =>
            {
                await DeclareAsync(page, place);
                await page.SendAsync("Review plan");
            },
            Act = (page, _) => page.PressAsync("Deploy"),
        },
        new("AppOverview.CancelAsync", "IReleases.CancelAsync", [Right.Deploy], App) { Changes = "rollouts", Act = (page, _) => page.PressAsync("Cancel rollout") },
        new("AppReleases.CompareAsync", "IReleases.DiffAsync", [Right.AppView], App + "/releases") { Shows = "good day", Act = (page, _) => page.PressAsync("Compare release 2 with the one before") },
        new("AppReleases.AskRollBackAsync", "IReleases.DiffAsync", [Right.AppView], App + "/releases") { Shows = "good day", Control = Right.Deploy, Act = (page, _) => page.PressAsync("Roll back to release 1") },
        new("AppReleases.RollBackAsync", "IReleases.RollBackAsync", [Right.Deploy], App + "/releases")
        {
            Changes = "releases",
            Open = (page, _) => page.PressAsync("Roll back to release 1"),
            Act = (page, _) => page.PressAsync("Roll back now"),
        },
        new("AppConfig.SetVariableAsync", "IApps.SetVariableAsync", [Right.ConfigWrite], App + "/config") { Changes = "releases", Act = (page, _) => page.PressAsync("Remove GREETING") },
        new("AppConfig.AddVariableAsync", "IApps.SetVariableAsync", [Right.ConfigWrite], App + "/config")
        {
            Changes = "releases",
            Open = async (page, _) =>
            {
                await page.FillAsync("Variable name", "COLOUR");
                await page.FillAsync("Variable value", "blue");
            },
            Act = (page, _) => page.SendAsync("Add variable"),
        },
        new("AppConfig.SetSecretAsync", "IApps.SetSecretAsync", [Right.SecretWrite], App + "/config")
        {
            Changes = "secrets",
            Open = async (page, _) =>
            {
                await page.FillAsync("Secret name", "API_KEY");
                await page.FillAsync("Secret value", "canary-4715");
            },
            Act = (page, _) => page.SendAsync("Set secret"),
        },
        new("TeamNotifications.CreateAsync", "INotifications.CreateAsync", [Right.WebhookManage], Team + "/notifications")
        {
            Changes = "notification_channels",
            Open = async (page, place) =>
            {
                await page.FillAsync("Name", "ops");
                await page.FillAsync("Kind", "Email");
                await page.FillAsync("Mail address", $"ops@{place.Team}.example.com");
            },
            Act = (page, _) => page.SendAsync("Add channel"),
        },
        new("AppNetwork.AddAsync", "IDomains.AddAsync", [Right.DomainManage], App + "/network")
        {
            Changes = "domains",
            Open = (page, place) => page.FillAsync("Domain", $"www.{place.Team}.example.com"),
            Act = (page, _) => page.SendAsync("Add domain"),
        },
        new("AppNetwork.RemoveAsync", "IDomains.RemoveAsync", [Right.DomainManage], App + "/network")
        {
            Changes = "domains",
            Open = (page, place) => page.PressAsync($"Remove {place.Team}.example.com"),
            Act = (page, _) => page.PressAsync("Remove domain"),
        },
        new("AppSettings.ScaleAsync", "IApps.ScaleAsync", [Right.Scale], App + "/settings")
        {
            Changes = "releases",
            Open = (page, _) => page.FillAsync("Instances of web", "3"),
            Act = (page, _) => page.SendAsync("Scale web"),
        },
        new("AppSettings.SetImageAsync", "IApps.SetImageAsync", [Right.Deploy], App + "/settings")
        {
            Changes = "releases",
            Open = (page, _) => page.FillAsync("Image", "localhost/portal/hello:2"),
            Act = (page, _) => page.SendAsync("Deploy image"),
        },
        new("AppSettings.RestartAsync", "IApps.RestartAsync", [Right.Restart], App + "/settings") { Changes = "releases", Act = (page, _) => page.PressAsync("Restart app") },
        new("AppSettings.DeleteAsync", "IApps.DeleteAsync", [Right.AppDelete], App + "/settings")
        {
            Changes = "apps",
            Open = (page, _) => CondemnAsync(page, "Delete app…", "hello"),
            Act = (page, _) => page.SendAsync("Delete app"),
        },
        new("AppWebhooks.CreateAsync", "IWebhookEndpoints.CreateAsync", [Right.WebhookManage], App + "/webhooks")
        {
            Changes = "webhook_endpoints",
            Open = (page, _) => page.FillAsync("Endpoint description", "Second"),
            Act = (page, _) => page.SendAsync("Create endpoint"),
        },
        new("AppWebhooks.RotateAsync", "IWebhookEndpoints.RotateAsync", [Right.WebhookManage], App + "/webhooks") { Changes = "webhook_endpoints", Act = (page, _) => page.PressAsync("Rotate secret of Registry") },
        new("AppWebhooks.DeleteAsync", "IWebhookEndpoints.DeleteAsync", [Right.WebhookManage], App + "/webhooks")
        {
            Changes = "webhook_endpoints",
            Open = (page, _) => page.PressAsync("Delete Registry"),
            Act = (page, _) => page.PressAsync("Delete endpoint"),
        },
        new("AppWebhooks.ShowAsync", "IWebhookEndpoints.ListDeliveriesAsync", [Right.AppView], App + "/webhooks") { Shows = "Nothing was delivered yet.", Act = (page, _) => page.PressAsync("Deliveries of Registry") },
        new("PlaceSwitchers.LoadTeamsAsync", "ITeams.ListAsync", [Right.Account], Team) { Shows = "{Team}", Act = (page, place) => page.PressAsync($"Team: {place.Team}") },
        new("PlaceSwitchers.LoadProjectsAsync", "IProjects.ListAsync", [Right.AppView], Project) { Shows = "shop", Silent = true, Act = (page, _) => page.PressAsync("Project: shop") },
        new("PlaceSwitchers.LoadEnvironmentsAsync", "IEnvironments.ListAsync", [Right.AppView], Project + "/e/{Env}/apps") { Shows = "production", Silent = true, Act = (page, _) => page.PressAsync("Environment: production") },
    ];

    private static Task NameAsync(IRenderedComponent<IComponent> page) => page.Find("dialog form").SubmitAsync();

    private static async Task CondemnAsync(IRenderedComponent<IComponent> page, string button, string name)
    {
        await page.PressAsync(button);
        await page.TypeAsync($"Type {name} to confirm", name);
    }

    private static async Task DeclareAsync(IRenderedComponent<IComponent> page, Place place)
    {
        await page.FillAsync("App name", "second");
        await page.FillAsync("Image", "localhost/portal/hello:1");
    }
}
