using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;

namespace Kube.ApiServer.Http.Protobuf;

/// <summary>
/// The field numbers of the built-in API (fields.txt, facts of the public generated.proto files of Kubernetes 1.32), one message a line:
/// <c>core.v1.Container name=1:s ports=6*core.v1.ContainerPort</c>. Behind the number stands <c>:</c> one value, <c>*</c> list, <c>%</c> map, <c>^</c> inlined, and the type.
/// </summary>
internal sealed class ProtobufTables
{
    private readonly Lazy<FrozenDictionary<string, ProtobufMessage>> _messages = new(Load);

    public ProtobufMessage? Find(string name) => _messages.Value.GetValueOrDefault(name);

    public IEnumerable<ProtobufMessage> All => _messages.Value.Values;

    private static FrozenDictionary<string, ProtobufMessage> Load()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Kube.ApiServer.Http.Protobuf.fields.txt")!;
        using var reader = new StreamReader(stream);
        var messages = new List<ProtobufMessage>();
        while (reader.ReadLine() is { } line)
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            messages.Add(new ProtobufMessage(words[0], words.Skip(1).Select(Field).ToFrozenDictionary(f => f.Number, f => f.Field)));
        }

        return messages.ToFrozenDictionary(m => m.Name, StringComparer.Ordinal);
    }

    private static (int Number, ProtobufField Field) Field(string word)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        var shape = word.AsSpan(equals).IndexOfAny(":*%^") + equals;
        var number = int.Parse(word.AsSpan(equals + 1, shape - equals - 1), CultureInfo.InvariantCulture);
        var kind = word[shape] switch
        {
            '*' => ProtobufShape.Repeated,
            '%' => ProtobufShape.Map,
            '^' => ProtobufShape.Inline,
            _ => ProtobufShape.Single,
        };
        return (number, new ProtobufField(word[..equals], kind, word[(shape + 1)..]));
    }
}
