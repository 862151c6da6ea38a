using k8s.Models;

namespace Kube.Scheduler.Snapshot;

/// <summary>Which nodes hold which images. An image's presence never decides whether a pod fits, only how gladly.</summary>
internal sealed class ImageIndex
{
    private const float Megabyte = 1 << 20;
    private const float Least = 23 * Megabyte;
    private const float MostPerContainer = 1000 * Megabyte;
    private readonly Dictionary<string, State> _images = new(StringComparer.Ordinal);
    private readonly Dictionary<int, HashSet<string>> _ofNode = [];
    private readonly Dictionary<string, (long Stamp, float[]? Column)> _columns = new(StringComparer.Ordinal);
    private long _version;

    /// <summary>Takes over what a node holds; null for a node that is gone.</summary>
    public void Set(int node, IList<V1ContainerImage>? images)
    {
        var before = _ofNode.GetValueOrDefault(node) ?? [];
        var now = new HashSet<string>(StringComparer.Ordinal);
        foreach (var image in images ?? [])
        {
            foreach (var name in image.Names ?? [])
            {
                now.Add(name);
                if (!before.Contains(name))
                {
                    if (!_images.TryGetValue(name, out var state))
                    {
                        _images[name] = state = new State { Size = image.SizeBytes ?? 0 };
                    }

                    state.Nodes.Add(node);
                    state.Version = ++_version;
                }
            }
        }

        foreach (var name in before.Where(n => !now.Contains(n)))
        {
            var state = _images[name];
            state.Nodes.Remove(node);
            state.Version = ++_version;
        }

        if (now.Count == 0)
        {
            _ofNode.Remove(node);
        }
        else
        {
            _ofNode[node] = now;
        }
    }

    /// <summary>
    /// The score of every slot for a pod's images, 0 to 100; null when no node holds any. An image that few nodes hold counts less, so that
    /// the first node to hold it does not draw all pods (https://kubernetes.io/docs/reference/scheduling/config/#scheduling-plugins, ImageLocality).
    /// </summary>
    /// <param name="shape">The pod.</param>
    /// <param name="nodes">Number of nodes.</param>
    /// <param name="capacity">Length of the snapshot's columns.</param>
    public float[]? Column(PodShape shape, int nodes, int capacity)
    {
        long newest = 0;
        foreach (var name in shape.Images)
        {
            newest = Math.Max(newest, _images.GetValueOrDefault(name)?.Version ?? 0);
        }

        if (newest == 0)
        {
            return null;
        }

        var stamp = (newest << 20) + nodes;
        if (_columns.TryGetValue(shape.ImageKey, out var known) && known.Stamp == stamp && (known.Column is null || known.Column.Length == capacity))
        {
            return known.Column;
        }

        if (_columns.Count > 512)
        {
            _columns.Clear();
        }

        var column = Make(shape, nodes, capacity);
        _columns[shape.ImageKey] = (stamp, column);
        return column;
    }

    private float[]? Make(PodShape shape, int nodes, int capacity)
    {
        float[]? column = null;
        foreach (var state in shape.Images.Select(_images.GetValueOrDefault).OfType<State>())
        {
            foreach (var node in state.Nodes)
            {
                column ??= new float[capacity];
                column[node] += state.Size * ((float)state.Nodes.Count / Math.Max(nodes, 1));
            }
        }

        var most = MostPerContainer * Math.Max(shape.Images.Length, 1);
        for (var i = 0; i < (column?.Length ?? 0); i++)
        {
            column![i] = 100 * (Math.Clamp(column[i], Least, most) - Least) / (most - Least);
        }

        return column;
    }

    private sealed class State
    {
        public long Size { get; init; }

        public HashSet<int> Nodes { get; } = [];

        public long Version { get; set; }
    }
}
