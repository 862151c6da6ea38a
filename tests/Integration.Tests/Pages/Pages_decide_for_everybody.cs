using Bunit;
using Integration.Tests.Core;
using Microsoft.AspNetCore.Components;
using Portal.Core.Members;
using Portal.Web.Tests;
using Xunit;

namespace Integration.Tests.Pages;

/// <summary>
/// The matrix of the console: every page and every handler × every role × own, foreign, missing, compared with the role table. The population is read from the compiled
/// console; <see cref="PageActions"/> says how a row is added.
/// </summary>
public sealed class Pages_decide_for_everybody(PagePlaces places) : IClassFixture<PagePlaces>
{
    private static readonly Role[] Roles = Enum.GetValues<Role>();
    private static readonly string[] Tabs = ["overview", "releases", "logs", "instances", "metrics", "config", "network", "storage", "events", "webhooks", "settings"];
    private readonly Product _product = places.Product;

    [Fact]
    public void Every_handler_has_a_row_and_every_row_a_handler()
    {
        Assert.Empty(PageHandlers.Unreached());
        var found = PageHandlers.Find().Select(handler => $"{handler.Key}: {string.Join(',', handler.Value.Order(StringComparer.Ordinal))}").ToList();
        var rows = PageActions.All.Select(row => $"{row.Handler}: {row.UseCases}").Concat(PagesElsewhere.All.Select(row => $"{row.Handler}: {row.UseCases}")).ToList();
        Assert.True(found.ToHashSet().SetEquals(rows), $"no row for\n{string.Join('\n', found.Except(rows))}\nno handler for\n{string.Join('\n', rows.Except(found))}");
    }

    public static TheoryData<string> Handlers => [.. PageActions.All.Select(row => row.Handler)];

    [Theory]
    [MemberData(nameof(Handlers))]
    public async Task Every_handler_decides_by_the_table_for_every_role_and_foreign_is_like_missing(string handler)
    {
        var row = PageActions.All.Single(row => row.Handler == handler);
        var shared = row.Bare ? places.Bare : places.Whole;
        foreach (var role in Roles)
        {
            var what = $"{row.Handler} as {role}";
            if (!row.OfAccount) await ForeignAndMissingAsync(row, role, shared, what);
            if (row.Allows(role))
            {
                // Only what is allowed changes anything, so only that needs a place of its own.
                await AllowedAsync(row, role, row.Changes is null ? shared : await places.NewAsync(row.Bare, role), what);
            }
            else
            {
                await DisabledAsync(row, role, shared, what);
                if (row.Control is null) await FallenAsync(row, role, shared, what);
            }
        }
    }

    [Fact]
    public async Task Every_page_shows_a_place_to_its_members_only_and_foreign_is_like_missing()
    {
        var own = await Place.MakeAsync(_product, "walked", bare: false, Roles);
        var foreign = await Place.MakeAsync(_product, "walked-foreign", bare: false);
        Assert.True(PageHandlers.Routes.Count >= 12, $"the population shrank to {PageHandlers.Routes.Count}");
        foreach (var template in PageHandlers.Routes.SelectMany(route => route.Template.Contains("{Tab}", StringComparison.Ordinal) ? Tabs.Select(tab => route.Template.Replace("{Tab}", tab, StringComparison.Ordinal)) : [route.Template]))
        {
            foreach (var role in Roles)
            {
                await using var visit = new PageVisit(_product, own.Member(role));
                var shown = (await visit.OpenAsync(own.Address(template))).Text();
                Assert.DoesNotContain("walked-foreign", shown, StringComparison.Ordinal);
                Assert.DoesNotContain("There is no such", shown, StringComparison.Ordinal);
                Assert.Equal(template.EndsWith("/logs", StringComparison.Ordinal) && !RoleTable.Allows(role, Right.LogsRead, protectedEnvironment: false), shown.Contains("Your role does not read logs", StringComparison.Ordinal));
                if (!template.Contains("{Team}", StringComparison.Ordinal)) continue;
                Assert.Contains(template.Contains("{App}", StringComparison.Ordinal) ? "hello" : "walked", shown, StringComparison.Ordinal);
                var atForeign = await TextAsync(own.Member(role), foreign.Address(template));
                var atMissing = await TextAsync(own.Member(role), foreign.Address(template.Replace("{Team}", "walked-missing", StringComparison.Ordinal)));
                Assert.Contains("Not found There is no such team.", atForeign, StringComparison.Ordinal);
                Assert.Equal(atMissing.Replace("walked-missing", "walked-foreign", StringComparison.Ordinal), atForeign);
            }
        }
    }

    private async Task<string> TextAsync(Actor actor, string address)
    {
        await using var visit = new PageVisit(_product, actor);
        return (await visit.OpenAsync(address)).Text();
    }

    private async Task AllowedAsync(PageAction row, Role role, Place place, string what)
    {
        await using var visit = new PageVisit(_product, place.Member(role));
        var page = await visit.OpenAsync(place.Address(row.Address));
        await visit.DoAsync(page, row.Open, place);
        var before = await TableDigest.OfAsync(_product);
        await visit.DoAsync(page, row.Act, place);
        var after = await TableDigest.OfAsync(_product);
        var changed = before.Keys.Where(table => before[table] != after[table]).ToList();
        Assert.True(row.Changes is { } table ? changed.Contains(table) : changed.Count == 0, $"{what} changed {string.Join(", ", changed)}: {page.Text()}");
        Assert.Contains(visit.Called.Names, row.UseCases.Split(',').Contains);
        if (row.Shows is { } text) Assert.True(page.Text().Contains(place.Address(text), StringComparison.Ordinal), $"{what} shows {page.Text()}");
    }

    // The page was drawn for a role without the right: the control is gone or says why it rests, and setting it off all the same changes nothing.
    private async Task DisabledAsync(PageAction row, Role role, Place place, string what)
    {
        await using var visit = new PageVisit(_product, place.Member(role));
        var page = await visit.OpenAsync(place.Address(row.Address));
        var before = await TableDigest.OfAsync(_product);
        await TryAsync(row, visit, page, place);
        await UnchangedAsync(before, what);
        Assert.True(page.Text().Contains($"As {role} you may not", StringComparison.Ordinal) || page.Text().Contains("does not have the right", StringComparison.Ordinal), $"{what} is not told why: {page.Text()}");
    }

    // The page was drawn while the person was an owner: the handler itself is asked, and the use case decides by the role of this moment.
    private async Task FallenAsync(PageAction row, Role role, Place place, string what)
    {
        var actor = place.Member(role);
        await place.ChangeRoleAsync(actor, Role.Owner);
        await using var visit = new PageVisit(_product, actor);
        var page = await visit.OpenAsync(place.Address(row.Address));
        await visit.DoAsync(page, row.Open, place);
        await place.ChangeRoleAsync(actor, role);
        var before = await TableDigest.OfAsync(_product);
        await visit.DoAsync(page, row.Act, place);
        await UnchangedAsync(before, what);
        Assert.Contains(visit.Called.Names, row.UseCases.Split(',').Contains);
        Assert.True(page.Text().Contains($"The role {role} does not have the right", StringComparison.Ordinal), $"{what}, owner before, is not told why: {page.Text()}");
    }

    // The team stops being the person's, or stops being, after the page was drawn: the handler is asked about both, and says the same.
    private async Task ForeignAndMissingAsync(PageAction row, Role role, Place place, string what)
    {
        var actor = place.Member(role);
        var atForeign = await ActAsync(row, actor, place, () => place.RemoveAsync(actor), what);
        await place.AddAsync(actor, role);
        var atMissing = await ActAsync(row, actor, place, place.RenameAsync, what);
        await place.RenameAsync();
        Assert.Equal(atMissing, atForeign);
        if (row.Allows(role) && !row.Silent) Assert.True(atForeign.Contains("There is no such team.", StringComparison.Ordinal), $"{what} at a foreign team: {atForeign}");
    }

    private async Task<string> ActAsync(PageAction row, Actor actor, Place place, Func<Task> leave, string what)
    {
        await using var visit = new PageVisit(_product, actor);
        var page = await visit.OpenAsync(place.Address(row.Address));
        var opened = await IsThereAsync(() => visit.DoAsync(page, row.Open, place));
        await leave();
        var before = await TableDigest.OfAsync(_product);
        if (opened) await IsThereAsync(() => visit.DoAsync(page, row.Act, place));
        await UnchangedAsync(before, what);
        return page.Text();
    }

    private static async Task TryAsync(PageAction row, PageVisit visit, IRenderedComponent<IComponent> page, Place place)
    {
        if (await IsThereAsync(() => visit.DoAsync(page, row.Open, place))) await IsThereAsync(() => visit.DoAsync(page, row.Act, place));
    }

    // A control that is not there cannot be used: that is a refusal too.
    private static async Task<bool> IsThereAsync(Func<Task> act)
    {
        try
        {
            await act();
            return true;
        }
        catch (ElementNotFoundException)
        {
            return false;
        }
    }

    private async Task UnchangedAsync(IReadOnlyDictionary<string, string> before, string what)
    {
        Assert.True(before.SequenceEqual(await TableDigest.OfAsync(_product)), $"{what} changed something");
    }
}
