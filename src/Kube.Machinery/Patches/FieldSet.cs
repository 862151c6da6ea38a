using System.Text.Json.Nodes;

namespace Kube.Machinery.Patches;

/// <summary>
/// A set of fields, as the tree that <c>metadata.managedFields[].fieldsV1</c> is: each edge is a path element (<c>f:name</c>, <c>k:{"name":"web"}</c>,
/// <c>v:"x"</c>), each node may itself be in the set.
/// </summary>
internal sealed class FieldSet
{
    private SortedDictionary<string, FieldSet>? _children;

    public bool IsMember { get; set; }

    public bool IsEmpty => !IsMember && (_children is null || _children.Values.All(c => c.IsEmpty));

    public IEnumerable<KeyValuePair<string, FieldSet>> Children => _children ?? Enumerable.Empty<KeyValuePair<string, FieldSet>>();

    public static FieldSet FromFieldsV1(JsonObject fields)
    {
        var set = new FieldSet { IsMember = fields.Count == 0 };
        Read(fields, set);
        return set;
    }

    public FieldSet Child(string element)
    {
        _children ??= new SortedDictionary<string, FieldSet>(StringComparer.Ordinal);
        if (!_children.TryGetValue(element, out var child))
            _children[element] = child = new FieldSet();
        return child;
    }

    public FieldSet? Find(string element) => _children is not null && _children.TryGetValue(element, out var child) ? child : null;

    public void UnionWith(FieldSet other)
    {
        IsMember |= other.IsMember;
        foreach (var (element, child) in other.Children)
            Child(element).UnionWith(child);
    }

    public void ExceptWith(FieldSet other)
    {
        if (other.IsMember)
            IsMember = false;
        if (_children is null)
            return;
        foreach (var (element, child) in other.Children)
        {
            if (Find(element) is not { } mine)
                continue;
            mine.ExceptWith(child);
            if (mine.IsEmpty)
                _children.Remove(element);
        }
    }

    /// <summary>The paths in both sets, each as text: <c>.spec.containers[name="web"].image</c>.</summary>
    public IEnumerable<string> Common(FieldSet other, string path = "")
    {
        if (IsMember && other.IsMember)
            yield return path.Length == 0 ? "." : path;
        foreach (var (element, child) in Children)
        {
            if (other.Find(element) is not { } theirs)
                continue;
            foreach (var common in child.Common(theirs, path + PathElement.Display(element)))
                yield return common;
        }
    }

    public FieldSet Clone()
    {
        var copy = new FieldSet();
        copy.UnionWith(this);
        return copy;
    }

    public bool SetEquals(FieldSet other)
    {
        if (IsMember != other.IsMember)
            return false;
        var mine = Children.Where(c => !c.Value.IsEmpty).ToArray();
        return mine.Length == other.Children.Count(c => !c.Value.IsEmpty) && mine.All(c => other.Find(c.Key) is { } theirs && c.Value.SetEquals(theirs));
    }

    public JsonObject ToFieldsV1()
    {
        var result = new JsonObject();
        foreach (var (element, child) in Children)
        {
            if (child.IsEmpty)
                continue;
            var inner = child.ToFieldsV1();
            if (child.IsMember && inner.Count > 0)
                inner.Insert(0, ".", new JsonObject());
            result[element] = inner;
        }

        return result;
    }

    private static void Read(JsonObject fields, FieldSet set)
    {
        foreach (var (element, value) in fields)
        {
            if (element == ".")
                set.IsMember = true;
            else if (value is JsonObject inner)
            {
                var child = set.Child(element);
                child.IsMember = inner.Count == 0;
                Read(inner, child);
            }
        }
    }
}
