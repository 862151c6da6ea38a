using Kube.ApiServer.Http.Protobuf;
using Kube.ApiServer.Registry;
using Kube.Machinery.Schema;
using Xunit;

namespace Kube.Tests.Http;

public sealed class ProtobufTablesTests
{
    [Fact]
    public void Every_field_of_every_message_of_a_served_kind_is_a_field_of_its_schema()
    {
        var tables = new ProtobufTables();
        var wrong = new List<string>();
        var seen = new HashSet<string>();
        foreach (var kind in new ResourceCatalog().Kinds.Where(k => k.Verbs.Contains("create")))
        {
            var group = kind.Gvk.Group switch { "" => "core", "rbac.authorization.k8s.io" => "rbac", var g => g.Split('.')[0] };
            var name = $"{group}.{kind.Gvk.Version}.{kind.Gvk.Kind}";
            var message = tables.Find(name);
            if (message is null)
                wrong.Add($"{name}: no table");
            else
                Compare(tables, message, kind.Schema, name, wrong, seen);
        }

        Assert.Empty(wrong);
        Assert.True(seen.Count > 150, $"only {seen.Count} messages were compared");
    }

    private static void Compare(ProtobufTables tables, ProtobufMessage message, SchemaType schema, string path, List<string> wrong, HashSet<string> seen)
    {
        if (schema.Kind != SchemaKind.Object || !seen.Add(message.Name + schema.Name))
            return;
        foreach (var field in message.Fields.Values)
        {
            var inner = tables.Find(field.Type);
            if (field.Shape == ProtobufShape.Inline)
            {
                Compare(tables, inner!, schema, path, wrong, seen);
                continue;
            }

            if (schema.Field(field.Name) is not { } known)
                wrong.Add($"{path}.{field.Name} ({message.Name})");
            else if (inner is not null)
                Compare(tables, inner, known.Type.Kind == SchemaKind.Object ? known.Type : known.Type.Item ?? known.Type, $"{path}.{field.Name}", wrong, seen);
        }
    }
}
