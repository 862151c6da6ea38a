using System.CommandLine;
using Portal.Host.Composition;
using Portal.Host.Instance;
using Portal.Identity.Accounts;

namespace Portal.Host.Commands;

/// <summary><c>portal user create</c>: makes an account on the server's machine, without a browser.</summary>
internal static class UserCommand
{
    public static Command Create()
    {
        var data = CommonOptions.Data();
        var email = new Option<string>("--email") { Description = "The account's e-mail address.", Required = true };
        var fromInput = new Option<bool>("--password-stdin") { Description = "Read the password from the first line of standard input.", Required = true };
        var name = new Option<string?>("--name") { Description = "The name shown to others." };
        var admin = new Option<bool>("--platform-admin") { Description = "Make it a platform administrator; the set-up code is spent then." };
        var create = new Command("create", "Create an account.") { data, email, fromInput, name, admin };
        create.SetAction((result, cancellationToken) => CommandErrors.GuardAsync(async () =>
        {
            var password = await Console.In.ReadLineAsync(cancellationToken)
                ?? throw new StartException("no password came on standard input. For instance: printf '%s\\n' \"$PASSWORD\" | portal user create --email you@example.com --password-stdin");
            await using var services = IdentitySettings.Standalone(StartOptions.Read(result.GetValue(data), null));
            var outcome = await services.GetRequiredService<CreateUser>().ExecuteAsync(
                new NewUser(result.GetValue(email)!, password, result.GetValue(name), result.GetValue(admin)), cancellationToken);
            if (!outcome.Succeeded)
                throw new StartException(string.Join("\nportal: ", outcome.Faults.Select(fault => $"{fault.Field}: {fault.Message}")));
            Console.WriteLine($"created {outcome.Value!.Email}{(result.GetValue(admin) ? ", platform administrator" : string.Empty)}");
            return 0;
        }));
        return new Command("user", "Accounts of this instance.") { create };
    }
}
