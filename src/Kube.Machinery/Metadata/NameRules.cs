namespace Kube.Machinery.Metadata;

/// <summary>
/// The name rules of https://kubernetes.io/docs/concepts/overview/working-with-objects/names/. Each check returns null when the value is
/// fine, or what is wrong with it.
/// </summary>
public static class NameRules
{
    private const string LabelRule = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
    private const string SubdomainRule = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
    private const string QualifiedRule = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    /// <summary>A DNS label of at most 63 characters (RFC 1123).</summary>
    public static string? Label(string value)
    {
        if (value.Length > 63)
            return "must be no more than 63 characters";
        return IsLabel(value) ? null : LabelRule;
    }

    /// <summary>A DNS label that starts with a letter (RFC 1035): service names.</summary>
    public static string? Label1035(string value)
    {
        if (value.Length > 63)
            return "must be no more than 63 characters";
        return IsLabel(value) && char.IsAsciiLetterLower(value[0])
            ? null
            : "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
    }

    /// <summary>A DNS subdomain of at most 253 characters (RFC 1123): most object names.</summary>
    public static string? Subdomain(string value)
    {
        if (value.Length > 253)
            return "must be no more than 253 characters";
        if (value.Length == 0)
            return SubdomainRule;
        foreach (var part in value.Split('.'))
        {
            if (!IsLabel(part))
                return SubdomainRule;
        }

        return null;
    }

    /// <summary>A path segment: names of roles and role bindings.</summary>
    public static string? PathSegment(string value)
    {
        if (value is "." or "..")
            return $"may not be '{value}'";
        foreach (var c in "/%")
        {
            if (value.Contains(c, StringComparison.Ordinal))
                return $"may not contain '{c}'";
        }

        return null;
    }

    /// <summary>A label or annotation key: optional DNS prefix, slash, name of at most 63 characters.</summary>
    public static string? QualifiedName(string value)
    {
        var slash = value.IndexOf('/', StringComparison.Ordinal);
        var name = value;
        if (slash >= 0)
        {
            if (slash == 0)
                return "prefix part must be non-empty";
            if (Subdomain(value[..slash]) is { } wrong)
                return "prefix part " + wrong;
            name = value[(slash + 1)..];
        }

        if (name.Length == 0)
            return "name part must be non-empty";
        if (name.Length > 63)
            return "name part must be no more than 63 characters";
        return IsQualified(name) ? null : QualifiedRule;
    }

    /// <summary>A label value: empty, or at most 63 characters of the qualified-name alphabet.</summary>
    public static string? LabelValue(string value)
    {
        if (value.Length == 0)
            return null;
        if (value.Length > 63)
            return "must be no more than 63 characters";
        return IsQualified(value)
            ? null
            : "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
    }

    /// <summary>A key of a ConfigMap or Secret: a file name.</summary>
    public static string? DataKey(string value)
    {
        if (value.Length is 0 or > 253)
            return "must be between 1 and 253 characters";
        if (value is "." or ".." || value.StartsWith("..", StringComparison.Ordinal))
            return "must not be '.', and must not start with '..'";
        foreach (var c in value)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
                return "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
        }

        return null;
    }

    /// <summary>The name of a port (an IANA service name): at most 15 characters with a letter among them.</summary>
    public static string? PortName(string value)
    {
        if (value.Length > 15)
            return "must be no more than 15 characters";
        if (!IsLabel(value) || value.Contains("--", StringComparison.Ordinal))
            return "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)";
        return value.Any(char.IsAsciiLetterLower) ? null : "must contain at least one letter (a-z)";
    }

    private static bool IsLabel(string value)
    {
        if (value.Length == 0 || !IsLowerAlphanumeric(value[0]) || !IsLowerAlphanumeric(value[^1]))
            return false;
        foreach (var c in value)
        {
            if (!IsLowerAlphanumeric(c) && c != '-')
                return false;
        }

        return true;
    }

    private static bool IsQualified(string value)
    {
        if (!char.IsAsciiLetterOrDigit(value[0]) || !char.IsAsciiLetterOrDigit(value[^1]))
            return false;
        foreach (var c in value)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
                return false;
        }

        return true;
    }

    private static bool IsLowerAlphanumeric(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c);
}
