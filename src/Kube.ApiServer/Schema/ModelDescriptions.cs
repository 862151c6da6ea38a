using System.Text;
using System.Xml;
using System.Xml.Linq;
using k8s.Models;
using Kube.Machinery.Placement;

namespace Kube.ApiServer.Schema;

/// <summary>The descriptions of the API's types, from the XML documentation of KubernetesClient and of this project; without the files there are none.</summary>
internal sealed class ModelDescriptions
{
    private readonly Lazy<Dictionary<string, string>> _texts = new(Load);

    public string? OfType(Type model) => _texts.Value.GetValueOrDefault("T:" + model.FullName);

    public string? OfProperty(Type model, string property) => _texts.Value.GetValueOrDefault($"P:{model.FullName}.{property}");

    private static Dictionary<string, string> Load()
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        Read(typeof(V1Pod), texts);
        Read(typeof(V1alpha1PlacementReview), texts);
        return texts;
    }

    private static void Read(Type model, Dictionary<string, string> texts)
    {
        var path = Path.Combine(AppContext.BaseDirectory, model.Assembly.GetName().Name + ".xml");
        if (!File.Exists(path))
            return;
        var (type, property) = ($"T:{model.Namespace}.", $"P:{model.Namespace}.");
        using var reader = XmlReader.Create(path, new XmlReaderSettings { IgnoreWhitespace = true, DtdProcessing = DtdProcessing.Prohibit });
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element || reader.Name != "member" || reader.GetAttribute("name") is not { } name)
                continue;
            // Methods fill most of the file.
            if (!name.StartsWith(type, StringComparison.Ordinal) && !name.StartsWith(property, StringComparison.Ordinal))
                continue;
            if (reader.ReadToDescendant("summary") && XNode.ReadFrom(reader) is XElement summary)
                texts[name] = Squeeze(summary.Value);
        }
    }

    private static string Squeeze(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var word in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            result.Append(result.Length > 0 ? " " : "").Append(word);
        return result.ToString();
    }
}
