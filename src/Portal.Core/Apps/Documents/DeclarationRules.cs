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
        var words = new TextRule("One argument.", "text", 4096);
        var process = new ObjectRule("A process.",
        [
            new("port", new IntegerRule("The TCP port it listens on.", 1, 65535)),
            new("replicas", Replicas),
            new("size", new TextRule("How much CPU and memory an instance gets.", "a size", 20, Words: [.. SizeTable.All.Select(size => size.Name)])),
            new("health", new ObjectRule("How to tell that an instance can serve.",
                [new("path", new TextRule("An HTTP GET of this path must answer 200 to 399.", "a path that begins with / and has no query", 1024, Grammar.PathPattern), true)])),
            new("command", new ListRule("The command instead of the image's entry point.", words, 64, false)),
            new("args", new ListRule("The arguments instead of the image's.", words, 64, false)),
        ]);
        var processes = new MapRule("The processes by name; web answers at the app's domains.", Name("process", 15), process, 10);
        var env = new MapRule("Environment variables.", Variable, new TextRule("The value.", "text", 32 * 1024), 200);
        var secrets = new ListRule("Names of secrets; each becomes an environment variable.", Variable, 100, true);
        var domains = new ListRule("Host names at which the web process answers.", Host, 50, true);
        return new("An app.",
        [
            new("apiVersion", new TextRule("The version of this form.", "portal/v1", 20, Words: ["portal/v1"]), true),
            new("kind", new TextRule("The kind of this form.", "App", 20, Words: ["App"]), true),
            new("metadata", new ObjectRule("Which app this is.",
                [new("team", Name("team", 40)), new("project", Name("project", 30)), new("name", Name("app", 30), true)]), true),
            new("spec", new ObjectRule("What holds in every environment.",
                [new("image", Image, true), new("processes", processes, true), new("env", env), new("secrets", secrets), new("domains", domains)]), true),
            new("environments", new MapRule("By environment, what differs there.", Name("environment", 20), new ObjectRule("What differs.",
                [new("image", Image), new("processes", processes), new("env", env), new("secrets", secrets), new("domains", domains)]), 50)),
        ]);
    }
}
