using System.CommandLine;
using System.Text.Json.Nodes;
using Portal.Cli.Api;

namespace Portal.Cli.Commands;

/// <summary><c>portal domain</c>: the host names of an app and their certificates.</summary>
internal static class DomainCommand
{
    public static Command Create() => new("domain", "Domains of an app.") { CreateList(), CreateAdd(), CreateRemove(), CreateCertificate() };

    private static Command CreateList()
    {
        var app = Options.App();
        var command = new Command("list", "List the domains and how each answers over HTTPS.") { app };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
            Tables.Print(await client.GetAsync(AppPath.Parse(result.GetValue(app)!).Url + "/domains", cancellationToken), ("HOST", "host"), ("DEFAULT", "isDefault"), ("HTTPS", "https"))));
        return command;
    }

    private static Command CreateAdd() => Change("add", "Add a domain, as a release.", HttpMethod.Put);

    private static Command CreateRemove() => Change("remove", "Give a domain up, as a release.", HttpMethod.Delete);

    private static Command Change(string verb, string description, HttpMethod method)
    {
        var (app, host, noWait) = (Options.App(), Host(), Options.NoWait());
        var command = new Command(verb, description) { app, host, noWait };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var path = AppPath.Parse(result.GetValue(app)!);
            var release = await client.SendAsync(method, $"{path.Url}/domains/{Uri.EscapeDataString(result.GetValue(host)!)}", null, "application/json", cancellationToken);
            await Rollouts.ReportAsync(client, path, release, wait: !result.GetValue(noWait), cancellationToken);
        }));
        return command;
    }

    private static Command CreateCertificate()
    {
        var (app, host, noWait) = (Options.App(), Host(), Options.NoWait());
        var certificate = new Option<FileInfo>("--certificate") { Description = "The certificate with its chain, PEM.", Required = true };
        var key = new Option<FileInfo>("--key") { Description = "The private key, PEM without a passphrase.", Required = true };
        var command = new Command("certificate", "Set the certificate of a domain, as a release.") { app, host, certificate, key, noWait };
        command.SetAction((result, cancellationToken) => Run.AsClientAsync(async client =>
        {
            var path = AppPath.Parse(result.GetValue(app)!);
            var body = new JsonObject { ["certificate"] = await ReadAsync(result.GetValue(certificate)!, cancellationToken), ["key"] = await ReadAsync(result.GetValue(key)!, cancellationToken) };
            var release = await client.SendAsync(
                HttpMethod.Put, $"{path.Url}/domains/{Uri.EscapeDataString(result.GetValue(host)!)}/certificate", body.ToJsonString(), "application/json", cancellationToken);
            await Rollouts.ReportAsync(client, path, release, wait: !result.GetValue(noWait), cancellationToken);
        }));
        return command;
    }

    private static Argument<string> Host() => new("host") { Description = "The host name, for instance shop.example.com." };

    private static async Task<string> ReadAsync(FileInfo file, CancellationToken cancellationToken) =>
        file.Exists ? await File.ReadAllTextAsync(file.FullName, cancellationToken) : throw new PortalProblem($"{file.FullName} does not exist.");
}
