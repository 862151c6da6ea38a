using System.Text.Json;
using System.Text.Json.Serialization;
using Portal.Host.Instance;

namespace Portal.Host.Composition;

/// <summary>JSON files in the data directory with what the operator sets. A member that is not known is a fault, not a wish that nobody hears.</summary>
internal static class OperatorFile
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    /// <summary>What a file says; null without it.</summary>
    /// <param name="data">The data directory.</param>
    /// <param name="name">The file's name in it.</param>
    /// <exception cref="StartException">The file is no such JSON.</exception>
    public static T? Read<T>(DataDirectory data, string name)
        where T : class
    {
        var path = Path.Combine(data.Root, name);
        if (!File.Exists(path))
            return null;
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllBytes(path), Json);
        }
        catch (JsonException exception)
        {
            throw new StartException($"{path} is not as it must be: {exception.Path} in line {exception.LineNumber + 1}.", exception);
        }
    }
}
