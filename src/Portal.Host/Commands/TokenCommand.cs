using System.CommandLine;
using Portal.Core.Members;
using Portal.Host.Composition;
using Portal.Host.Instance;
using Portal.Identity.Accounts;
using Portal.Identity.Tokens;

namespace Portal.Host.Commands;

/// <summary><c>portal token create</c>: an API token for an account, on the server's machine. Prints the token alone.</summary>
internal static class TokenCommand
{
    public static Command Create()
    {
        var data = CommonOptions.Data();
        var user = new Option<string>("--user") { Description = "The account's e-mail address.", Required = true };
        var name = new Option<string>("--name") { Description = "What the token is for.", Required = true };
        var days = new Option<int>("--days") { Description = "How many days it lives (default 90).", DefaultValueFactory = _ => 90 };
        var scope = new Option<string?>("--scope") { Description = "Narrow it to team[/project[/environment]]." };
        var rights = new Option<string?>("--rights") { Description = "Narrow it to these rights, separated by commas, or to a set: plan, deploy or read." };
        var create = new Command("create", "Create an API token and print it; it is not shown again.") { data, user, name, days, scope, rights };
        create.SetAction((result, cancellationToken) => CommandErrors.GuardAsync(async () =>
        {
            var narrowing = TokenScope.Parse(result.GetValue(scope), result.GetValue(rights));
            if (!narrowing.IsOk)
                throw new StartException(string.Join("\nportal: ", narrowing.Error.Fields.Select(fault => $"--{fault.Path}: {fault.Message}")));
            await using var services = IdentitySettings.Standalone(StartOptions.Read(result.GetValue(data), null));
            var account = await services.GetRequiredService<AccountDirectory>().FindByEmailAsync(result.GetValue(user)!, cancellationToken)
                ?? throw new StartException($"--user: there is no account {result.GetValue(user)}.");
            var outcome = await services.GetRequiredService<CreateApiToken>().ExecuteAsync(
                account.Id, result.GetValue(name)!, TimeSpan.FromDays(result.GetValue(days)), cancellationToken, narrowing.Value?.PlaceText, narrowing.Value?.RightsText);
            if (!outcome.Succeeded)
                throw new StartException(string.Join("\nportal: ", outcome.Faults.Select(fault => $"{fault.Field}: {fault.Message}")));
            Console.WriteLine(outcome.Value!.Token);
            return 0;
        }));
        return new Command("token", "API tokens of accounts.") { create };
    }
}
