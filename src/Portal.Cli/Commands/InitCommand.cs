using System.CommandLine;
using Portal.Cli.Api;

namespace Portal.Cli.Commands;

/// <summary><c>portal app init</c>: writes a declaration to begin with. Needs no server.</summary>
internal static class InitCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("name") { Description = "The app's name." };
        var team = new Option<string>("--team") { Description = "The team it belongs to.", Required = true };
        var project = new Option<string>("--project") { Description = "The project it belongs to.", Required = true };
        var image = new Option<string>("--image") { Description = "The image to run.", Required = true };
        var port = new Option<int>("--port") { Description = "The port the image listens on (default: 8080).", DefaultValueFactory = _ => 8080 };
        var file = new Option<string>("--file", "-f") { Description = "Where to write it (default: portal.yaml); '-' prints it.", DefaultValueFactory = _ => "portal.yaml" };
        var command = new Command("init", "Write a declaration to begin with.") { name, team, project, image, port, file };
        command.SetAction((result, cancellationToken) => Run.Async(async () =>
        {
            var text = $$"""
                # yaml-language-server: $schema={{Url()}}/schemas/app-v1.json
                apiVersion: portal/v1
                kind: App
                metadata: { team: {{result.GetValue(team)}}, project: {{result.GetValue(project)}}, name: {{result.GetValue(name)}} }
                spec:
                  image: {{result.GetValue(image)}}
                  processes:
                    web: { port: {{result.GetValue(port)}}, replicas: 1, size: small, health: { path: / } }
                    # nightly: { schedule: "30 2 * * *", timeZone: Europe/Zurich, command: [ "report" ] }
                  # release: { command: [ "migrate" ] }          # must succeed before the instances are replaced
                  # rollout: { strategy: canary, steps: [ 10, 50 ], hold: 60 }
                  # env:     { GREETING: hello, DATABASE_HOST: "${db.host}" }
                  # secrets: [ API_KEY ]                          # values: portal secret set
                  # domains: [ shop.example.com ]
                # environments:
                #   production: { processes: { web: { autoscale: { min: 2, max: 10, cpu: 70 } } } }

                """;
            var path = result.GetValue(file)!;
            if (path == "-")
            {
                Console.Write(text);
                return;
            }

            if (File.Exists(path))
                throw new PortalProblem($"{path} exists; name another file with --file.");
            await File.WriteAllTextAsync(path, text, cancellationToken);
            Console.WriteLine($"wrote {path}. See what it would do with: portal plan -f {path}");
        }));
        return command;
    }

    private static string Url() => Environment.GetEnvironmentVariable("PORTAL_URL") is { Length: > 0 } url ? url.TrimEnd('/') : "http://localhost:5080";
}
