using System.Text;
using System.Xml;
using k8s.Models;

namespace Kube.ApiServer.Schema;

/// <summary>The descriptions of the API's types, from the XML documentation that KubernetesClient ships; without the file there are none.</summary>
internal sealed class ModelDescriptions
{
    private readonly Lazy<Dictionary<string, string>> _texts = new(Load);

    public string? OfType(Type model) => _texts.Value.GetValueOrDefault("T:" + model.FullName);

    public string? OfProperty(Type model, string property) => _texts.Value.GetValueOrDefault($"P:{model.FullName}.{property}");

    private static Dictionary<string, string> Load()
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        var path = Path.Combine(AppContext.BaseDirectory, typeof(V1Pod).Assembly.GetName().Name + ".xml");
        if (!File.Exists(path))
            return texts;
        using var reader = XmlReader.Create(path, new XmlReaderSettings { IgnoreWhitespace = true, DtdProcessing = DtdProcessing.Prohibit });
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element || reader.Name != "member" || reader.GetAttribute("name") is not { } name)
                continue;
            // Methods fill most of the file.
            if (!name.StartsWith("T:k8s.Models.", StringComparison.Ordinal) && !name.StartsWith("P:k8s.Models.", StringComparison.Ordinal))
                continue;
            if (reader.ReadToDescendant("summary"))
                texts[name] = Squeeze(reader.ReadElementContentAsString());
        }

        return texts;
    }

    private static string Squeeze(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var word in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            result.Append(result.Length > 0 ? " " : "").Append(word);
        return result.ToString();
    }
}
