namespace Portal.Core.Apps.Documents;

/// <summary>The rules of <c>portal/v1 App</c>.</summary>
internal static class DeclarationRules
{
    public static TextRule Variable { get; } = new(
        "Name of an environment variable.", "a variable name (letters, digits and _, not beginning with a digit, at most 128)", 128, Grammar.VariablePattern);

    public static TextRule Host { get; } = new(
        "A host name.", "a host name in lower case such as shop.example.com (RFC 1123)", 253, Grammar.HostPattern);

    public static TextRule Image { get; } = new(
        "The image to run.", "an image reference such as registry.example.com/shop/web:1.2", 512, Grammar.ImagePattern);

    public static IntegerRule Replicas { get; } = new("How many instances.", 0, 100);

    public static ObjectRule App { get; } = Build();

    private static TextRule Name(string what, int maxLength) => new(
        $"The {what}'s name.", $"a name of at most {maxLength} lower-case letters, digits and hyphens that begins and ends with a letter or digit", maxLength, Grammar.NamePattern);

    private static ObjectRule Build()
    {
        var process = Process();
        var processes = new MapRule("The processes by name; web answers at the app's domains.", Name("process", 15), process, 10);
        var release = new ObjectRule("A command that must succeed before a release's instances replace the former ones.",
        [
            new("command", Command("The command.")), new("size", Size()), new("timeout", new IntegerRule("Seconds it may take.", 1, 3600)),
        ]);
        var rollout = new ObjectRule("How a release takes the place of the one before.",
        [
            new("strategy", new TextRule(
                "How the instances are replaced.", "a strategy", 20, Words: [RolloutSpec.Rolling, RolloutSpec.Recreate, RolloutSpec.BlueGreen, RolloutSpec.Canary])),
            new("steps", new ListRule("The percentages of the traffic that a canary gets, rising.", new IntegerRule("A percentage.", 1, 99), 10, true)),
            new("hold", new IntegerRule("Seconds each step has to stay healthy.", 0, 3600)),
            new("deadline", new IntegerRule("Seconds the rollout may take without its holds.", 10, 7200)),
            new("recover", new BooleanRule("Whether a failed rollout is followed by a release equal to the last good one.")),
        ]);
        var volumes = new MapRule("The volumes by name.", Name("volume", 20), new ObjectRule("A volume.",
            [new("size", new TextRule("How much.", "an amount such as 512Mi or 10Gi", 10, Grammar.StoragePattern), true)]), 10);
        var env = new MapRule("Environment variables.", Variable, new TextRule("The value.", "text", 32 * 1024), 200);
        var secrets = new ListRule("Names of secrets; each becomes an environment variable.", Variable, 100, true);
        var domains = new ListRule("Host names at which the web process answers.", Host, 50, true);
        Field[] shared = [new("release", release), new("rollout", rollout), new("env", env), new("secrets", secrets), new("volumes", volumes), new("domains", domains)];
        return new("An app.",
        [
            new("apiVersion", new TextRule("The version of this form.", "portal/v1", 20, Words: ["portal/v1"]), true),
            new("kind", new TextRule("The kind of this form.", "App", 20, Words: ["App"]), true),
            new("metadata", new ObjectRule("Which app this is.",
                [new("team", Name("team", 40)), new("project", Name("project", 30)), new("name", Name("app", 30), true)]), true),
            new("spec", new ObjectRule("What holds in every environment.", [new("image", Image, true), new("processes", processes, true), .. shared]), true),
            new("environments", new MapRule("By environment, what differs there.", Name("environment", 20), new ObjectRule("What differs.",
                [new("image", Image), new("processes", processes), .. shared]), 50)),
        ]);
    }

    private static ObjectRule Process()
    {
        var autoscale = new ObjectRule("A range instead of a fixed number of instances, and the load that decides where in it.",
        [
            new("min", new IntegerRule("Instances at least.", 1, 100), true),
            new("max", new IntegerRule("Instances at most.", 1, 100), true),
            new("cpu", new IntegerRule("The CPU to keep to, in percent of what the size sets aside.", 1, 400)),
            new("memory", new IntegerRule("The memory to keep to, in percent of what the size sets aside.", 1, 100)),
            new("requests", new IntegerRule("The requests a second to keep to, for each instance.", 1, 100_000)),
        ]);
        var health = new ObjectRule("How to tell that an instance can serve: one of path, tcp and command.",
        [
            new("path", new TextRule("An HTTP GET of this path must answer 200 to 399.", "a path that begins with / and has no query", 1024, Grammar.PathPattern)),
            new("tcp", new IntegerRule("A connection to this port must succeed.", 1, 65535)),
            new("command", Command("This command in the container must end with 0.")),
            new("startPeriod", new IntegerRule("Seconds an instance may take to start before a failing check counts.", 0, 3600)),
            new("interval", new IntegerRule("Seconds from check to check.", 1, 300)),
            new("timeout", new IntegerRule("Seconds a check may take.", 1, 60)),
            new("restart", new BooleanRule("Whether an instance that fails ten checks in a row is started anew.")),
        ]);
        var mounts = new MapRule("By volume, the path it is mounted at.", Name("volume", 20), new TextRule(
            "The path.", "an absolute path such as /var/lib/data", 255, Grammar.MountPattern), 10);
        return new("A process.",
        [
            new("port", new IntegerRule("The TCP port it listens on.", 1, 65535)),
            new("replicas", Replicas),
            new("autoscale", autoscale),
            new("size", Size()),
            new("health", health),
            new("command", Command("The command instead of the image's entry point.")),
            new("args", Command("The arguments instead of the image's.")),
            new("mounts", mounts),
            new("schedule", new TextRule("When it runs, as five fields of cron or a word such as @daily.", "a schedule such as '30 2 * * *' or @daily", 100, CronText.Pattern)),
            new("timeZone", new TextRule("The time zone of the schedule.", "a time zone such as Europe/Zurich", 50, Grammar.ZonePattern)),
            new("overlap", new TextRule("What happens when a run is due while the one before goes on.", "forbid, allow or replace", 10, Words: ["forbid", "allow", "replace"])),
        ]);
    }

    private static TextRule Size() => new("How much CPU and memory an instance gets.", "a size", 20, Words: [.. SizeTable.All.Select(size => size.Name)]);

    private static ListRule Command(string description) => new(description, new TextRule("One argument.", "text", 4096), 64, false);
}
