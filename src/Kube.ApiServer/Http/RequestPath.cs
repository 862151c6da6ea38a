namespace Kube.ApiServer.Http;

/// <summary>A resource path taken apart: <c>/apis/apps/v1/namespaces/default/deployments/web/scale</c>.</summary>
/// <param name="Group">API group; empty for the core group.</param>
/// <param name="Version">Version.</param>
/// <param name="Resource">Plural.</param>
/// <param name="Namespace">Namespace, or empty.</param>
/// <param name="Name">Object, or empty for the collection.</param>
/// <param name="Subresource">Subresource, or empty.</param>
internal sealed record RequestPath(string Group, string Version, string Resource, string Namespace, string Name, string Subresource)
{
    /// <summary>The path is of the old form <c>/api/v1/watch/...</c>, which watches whatever the query says.</summary>
    public bool Watch { get; init; }

    /// <summary>Parses a path below <c>/api</c> or <c>/apis</c>; null when it names no resource.</summary>
    public static RequestPath? Parse(string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var start = parts switch
        {
            ["api", _, _, ..] => 2,
            ["apis", _, _, _, ..] => 3,
            _ => -1,
        };
        if (start < 0)
            return null;
        var group = start == 2 ? "" : parts[1];
        var version = parts[start - 1];
        var watch = parts.Length > start + 1 && parts[start] == "watch";
        var rest = parts.AsSpan(watch ? start + 1 : start);
        for (var i = 0; i < rest.Length; i++)
            rest[i] = Uri.UnescapeDataString(rest[i]);
        return Parse(group, version, rest) is { } parsed ? parsed with { Watch = watch } : null;
    }

    private static RequestPath? Parse(string group, string version, ReadOnlySpan<string> rest) =>
        rest switch
        {
            ["namespaces"] => new(group, version, "namespaces", "", "", ""),
            ["namespaces", var name] => new(group, version, "namespaces", "", name, ""),
            ["namespaces", var name, "status" or "finalize"] => new(group, version, "namespaces", "", name, rest[2]),
            ["namespaces", var ns, var resource] => new(group, version, resource, ns, "", ""),
            ["namespaces", var ns, var resource, var name] => new(group, version, resource, ns, name, ""),
            ["namespaces", var ns, var resource, var name, var sub] => new(group, version, resource, ns, name, sub),
            [var resource] => new(group, version, resource, "", "", ""),
            [var resource, var name] => new(group, version, resource, "", name, ""),
            [var resource, var name, var sub] => new(group, version, resource, "", name, sub),
            _ => null,
        };
}
