using Integration.Tests.Core;
using Npgsql;
using Portal.Core.Apps;
using Portal.Core.Deliveries;
using Portal.Core.Members;
using Portal.Core.Projects;
using Portal.Core.Teams;
using Xunit;

namespace Integration.Tests.Pages;

/// <summary>A team with everything in it that pages act on, and one member of every role asked for besides its founder.</summary>
internal sealed class Place
{
    private readonly Product _product;
    private readonly Dictionary<Role, Actor> _members = [];
    private string _name;

    private Place(Product product, string team, Actor founder, Actor other) => (_product, _name, Team, Founder, Other) = (product, team, team, founder, other);

    /// <summary>The name the team has in addresses, whatever it is called at the moment.</summary>
    public string Team { get; }

    public Actor Founder { get; }

    /// <summary>A member that nobody acts as; a viewer.</summary>
    public Actor Other { get; }

    /// <summary>An account that is no member.</summary>
    public string Stranger => $"{Team}-stranger@example.com";

    public Actor Member(Role role) => _members[role];

    public static async Task<Place> MakeAsync(Product product, string team, bool bare, params Role[] roles)
    {
        var founder = product.Accounts.Actor(team);
        var place = new Place(product, team, founder, product.Accounts.Actor($"{team}-other"));
        _ = product.Accounts.Actor($"{team}-stranger");
        Product.Ok(await product.Get<ITeams>().CreateAsync(founder, team, null, default));
        Product.Ok(await product.Get<IMembers>().AddAsync(founder, team, place.Other.Email, Role.Viewer, default));
        foreach (var role in roles)
        {
            var actor = place._members[role] = product.Accounts.Actor($"{team}-{role}");
            Product.Ok(await product.Get<IMembers>().AddAsync(founder, team, actor.Email, role, default));
        }

        if (bare) return place;
        await product.ClusterAsync(founder, team);
        Product.Ok(await product.Get<IProjects>().CreateAsync(founder, team, "shop", default));
        Product.Ok(await product.Get<IEnvironments>().CreateAsync(founder, team, "shop", "production", false, null, default));
        var hello = Product.Hello();
        hello = hello with { Spec = hello.Spec with { Env = hello.Spec.Env.Add("GREETING", "hello"), Domains = [$"{team}.example.com"] } };
        var environment = new ScopeRef(team, "shop", "production");
        Product.Ok(await product.Get<IApps>().DeclareAsync(founder, environment, hello, null, null, default));
        var app = environment with { App = "hello" };
        Product.Ok(await product.Get<IApps>().SetVariableAsync(founder, app, "GREETING", "good day", default));
        Product.Ok(await product.Get<IWebhookEndpoints>().CreateAsync(founder, app, "Registry", default));
        return place;
    }

    public string Address(string template) => template
        .Replace("{Team}", Team, StringComparison.Ordinal).Replace("{Project}", "shop", StringComparison.Ordinal)
        .Replace("{Env}", "production", StringComparison.Ordinal).Replace("{App}", "hello", StringComparison.Ordinal)
        .Replace("{Cluster}", "far", StringComparison.Ordinal);

    public async Task ChangeRoleAsync(Actor member, Role role) => Product.Ok(await _product.Get<IMembers>().ChangeRoleAsync(Founder, Team, member.UserId, role, default));

    public async Task RemoveAsync(Actor member) => Product.Ok(await _product.Get<IMembers>().RemoveAsync(Founder, Team, member.UserId, default));

    public async Task AddAsync(Actor member, Role role) => Product.Ok(await _product.Get<IMembers>().AddAsync(Founder, Team, member.Email, role, default));

    /// <summary>Calls the team something else, so that its name means nothing; again to undo it.</summary>
    public async Task RenameAsync()
    {
        var former = _name;
        _name = _name == Team ? $"{Team}-elsewhere" : Team;
        await using var connection = new NpgsqlConnection(_product.SuperuserConnection);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("UPDATE portal.teams SET name = $2 WHERE name = $1", connection) { Parameters = { new() { Value = former }, new() { Value = _name } } };
        Assert.Equal(1, await command.ExecuteNonQueryAsync());
    }
}
