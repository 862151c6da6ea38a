using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Cel;

namespace Kube.ApiServer.Registry.Custom;

/// <summary>The functions that rules may call: those of CEL itself and Kubernetes' additions for texts and lists.</summary>
internal static partial class CelEnvironments
{
    private static readonly FrozenSet<string> Known = new[]
    {
        "all", "exists", "exists_one", "map", "filter", "has", "size", "contains", "startsWith", "endsWith", "matches", "bool", "bytes", "double", "duration", "dyn", "int", "string", "timestamp", "type", "uint",
        "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear", "getFullYear", "getHours", "getMilliseconds", "getMinutes", "getMonth", "getSeconds",
        "lowerAscii", "upperAscii", "trim", "split", "replace", "indexOf", "lastIndexOf", "substring", "charAt", "join", "isSorted", "sum", "min", "max", "find",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly CelEnvironment Environment = Create();
    private static readonly Lock Compiling = new();

    /// <summary>Compiles an expression.</summary>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    public static string? Compile(string expression, out CelProgramDelegate? program)
    {
        program = null;
        // A call of a function that is not there would only fail when the first object comes.
        foreach (Match call in Call().Matches(Literal().Replace(expression, "''")))
        {
            if (!Known.Contains(call.Groups[1].Value))
                return $"undeclared reference to '{call.Groups[1].Value}': this server's rules have no such function";
        }

        try
        {
            lock (Compiling)
                program = Environment.Compile(Presence().Replace(expression, Test));
            return null;
        }
        catch (CelException e)
        {
            return e.Message;
        }
    }

    [GeneratedRegex("""r?"(?:[^"\\]|\\.)*"|r?'(?:[^'\\]|\\.)*'""", RegexOptions.CultureInvariant)]
    private static partial Regex Literal();

    [GeneratedRegex(@"([A-Za-z_][A-Za-z0-9_]*)\s*\(", RegexOptions.CultureInvariant)]
    private static partial Regex Call();

    // The library's has() takes an empty text or list for absent. In a document a field is there or not, whatever it holds: has(a.b) asks for the key.
    [GeneratedRegex("""r?"(?:[^"\\]|\\.)*"|r?'(?:[^'\\]|\\.)*'|\bhas\(\s*(?<parent>[^()'"]+)\.(?<name>[A-Za-z_][A-Za-z0-9_]*)\s*\)""", RegexOptions.CultureInvariant)]
    private static partial Regex Presence();

    private static string Test(Match match) => match.Groups["name"].Success ? $"('{match.Groups["name"].Value}' in {match.Groups["parent"].Value})" : match.Value;

    private static CelEnvironment Create()
    {
        var environment = new CelEnvironment(null, "");
        Texts(environment);
        environment.RegisterFunction("join", [typeof(List<object?>)], a => string.Concat(Items(a)));
        environment.RegisterFunction("join", [typeof(List<object?>), typeof(string)], a => string.Join((string)a[1]!, Items(a)));
        environment.RegisterFunction("isSorted", [typeof(List<object?>)], a => Items(a).Zip(Items(a).Skip(1)).All(p => Compare(p.First, p.Second) <= 0));
        environment.RegisterFunction("min", [typeof(List<object?>)], a => Items(a).Order(Comparer<object?>.Create(Compare)).First());
        environment.RegisterFunction("max", [typeof(List<object?>)], a => Items(a).Order(Comparer<object?>.Create(Compare)).Last());
        environment.RegisterFunction("sum", [typeof(List<object?>)], a => Items(a).All(i => i is long) ? Items(a).Sum(i => (long)i!) : Items(a).Sum(i => Convert.ToDouble(i, System.Globalization.CultureInfo.InvariantCulture)));
        environment.RegisterFunction("indexOf", [typeof(List<object?>), typeof(object)], a => (long)Items(a).IndexOf(a[1]));
        return environment;
    }

    private static void Texts(CelEnvironment environment)
    {
        environment.RegisterFunction("lowerAscii", [typeof(string)], a => Text(a).ToLowerInvariant());
        environment.RegisterFunction("upperAscii", [typeof(string)], a => Text(a).ToUpperInvariant());
        environment.RegisterFunction("trim", [typeof(string)], a => Text(a).Trim());
        environment.RegisterFunction("split", [typeof(string), typeof(string)], a => Text(a).Split((string)a[1]!).Cast<object?>().ToList());
        environment.RegisterFunction("replace", [typeof(string), typeof(string), typeof(string)], a => Text(a).Replace((string)a[1]!, (string)a[2]!, StringComparison.Ordinal));
        environment.RegisterFunction("indexOf", [typeof(string), typeof(string)], a => (long)Text(a).IndexOf((string)a[1]!, StringComparison.Ordinal));
        environment.RegisterFunction("lastIndexOf", [typeof(string), typeof(string)], a => (long)Text(a).LastIndexOf((string)a[1]!, StringComparison.Ordinal));
        environment.RegisterFunction("substring", [typeof(string), typeof(long)], a => Text(a)[(int)(long)a[1]!..]);
        environment.RegisterFunction("substring", [typeof(string), typeof(long), typeof(long)], a => Text(a)[(int)(long)a[1]!..(int)(long)a[2]!]);
        environment.RegisterFunction("charAt", [typeof(string), typeof(long)], a => Text(a).Substring((int)(long)a[1]!, 1));
        environment.RegisterFunction("find", [typeof(string), typeof(string)], a => ValueRules.TryPattern((string)a[1]!)?.Match(Text(a)).Value ?? "");
    }

    private static string Text(object?[] arguments) => (string)arguments[0]!;

    private static List<object?> Items(object?[] arguments) => (List<object?>)arguments[0]!;

    private static int Compare(object? left, object? right) => (left, right) switch
    {
        (string a, string b) => string.CompareOrdinal(a, b),
        (IComparable a, not null) when a.GetType() == right!.GetType() => a.CompareTo(right),
        _ => Convert.ToDouble(left, System.Globalization.CultureInfo.InvariantCulture).CompareTo(Convert.ToDouble(right, System.Globalization.CultureInfo.InvariantCulture)),
    };
}
