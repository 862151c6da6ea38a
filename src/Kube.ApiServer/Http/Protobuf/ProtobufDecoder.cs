using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using Kube.ApiServer.Registry;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;

namespace Kube.ApiServer.Http.Protobuf;

/// <summary>
/// Decodes Kubernetes' protobuf bodies (<c>k8s\0</c> and a <c>runtime.Unknown</c>) into JSON, driven by field tables.
/// See https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding.
/// </summary>
internal sealed class ProtobufDecoder(ProtobufTables tables)
{
    private const int MaxDepth = 64;

    // Go writes plain fields even when they are zero and pointers only when they are set; the wire does not tell which is which.
    // Zero is kept for the pointers among the fields, where it means something else than absence.
    private static readonly HashSet<string> MeaningfulZero = new(StringComparer.Ordinal)
    {
        "replicas", "terminationGracePeriodSeconds", "activeDeadlineSeconds", "completions", "parallelism", "backoffLimit", "backoffLimitPerIndex", "gracePeriodSeconds", "runAsUser", "runAsGroup",
        "fsGroup", "minReplicas", "revisionHistoryLimit", "progressDeadlineSeconds", "ttlSecondsAfterFinished", "successfulJobsHistoryLimit", "failedJobsHistoryLimit", "startingDeadlineSeconds",
        "deletionGracePeriodSeconds", "priority", "tolerationSeconds", "defaultMode", "mode", "automountServiceAccountToken", "enableServiceLinks", "runAsNonRoot", "privileged",
        "readOnlyRootFilesystem", "allowPrivilegeEscalation", "immutable", "optional", "controller", "blockOwnerDeletion", "suspend", "orphanDependents", "hostUsers", "setHostnameAsFQDN",
        "shareProcessNamespace", "ready", "serving", "terminating", "allocateLoadBalancerNodePorts", "maxFailedIndexes", "value",
    };

    private static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    /// <summary>Decodes an envelope.</summary>
    /// <exception cref="DecodeException">The bytes are no envelope, or hold a type without a table.</exception>
    public byte[] ToJson(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith(Magic))
            throw new DecodeException("the body does not start with the protobuf envelope's magic number");
        var reader = new ProtobufReader(bytes[Magic.Length..]);
        string apiVersion = "", kind = "";
        ReadOnlySpan<byte> raw = default;
        while (reader.Next(out var number, out var wire))
        {
            if (number == 1 && wire == 2)
                (apiVersion, kind) = TypeMeta(reader.Bytes());
            else if (number == 2 && wire == 2)
                raw = reader.Bytes();
            else
                reader.Skip(wire);
        }

        var name = MessageName(apiVersion, kind);
        var message = tables.Find(name) ?? throw new DecodeException($"no protobuf table for {apiVersion}, Kind={kind}");
        var document = new JsonObject { ["kind"] = kind, ["apiVersion"] = apiVersion };
        Message(document, message, raw, 0);
        return JsonText.ToUtf8(document);
    }

    private static string MessageName(string apiVersion, string kind)
    {
        var gvk = GroupVersionKind.From(apiVersion, kind);
        if (kind is "DeleteOptions" or "CreateOptions" or "UpdateOptions" or "PatchOptions" or "Status")
            return "meta.v1." + kind;
        var group = gvk.Group switch { "" => "core", "rbac.authorization.k8s.io" => "rbac", var g => g.Split('.')[0] };
        return $"{group}.{gvk.Version}.{kind}";
    }

    private static (string ApiVersion, string Kind) TypeMeta(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtobufReader(bytes);
        string apiVersion = "", kind = "";
        while (reader.Next(out var number, out var wire))
        {
            if (number == 1 && wire == 2)
                apiVersion = Encoding.UTF8.GetString(reader.Bytes());
            else if (number == 2 && wire == 2)
                kind = Encoding.UTF8.GetString(reader.Bytes());
            else
                reader.Skip(wire);
        }

        return (apiVersion, kind);
    }

    private void Message(JsonObject target, ProtobufMessage message, ReadOnlySpan<byte> bytes, int depth)
    {
        if (depth > MaxDepth)
            throw new DecodeException("the protobuf body is nested too deeply");
        var reader = new ProtobufReader(bytes);
        while (reader.Next(out var number, out var wire))
        {
            if (!message.Fields.TryGetValue(number, out var field))
            {
                reader.Skip(wire);
                continue;
            }

            switch (field.Shape)
            {
                case ProtobufShape.Inline:
                    Message(target, Table(field.Type), reader.Bytes(), depth + 1);
                    break;
                case ProtobufShape.Map:
                    MapEntry(target.Ensure(field.Name), field.Type, reader.Bytes(), depth + 1);
                    break;
                case ProtobufShape.Repeated:
                    if (target[field.Name] is not JsonArray list)
                        target[field.Name] = list = [];
                    list.Add(Value(ref reader, wire, field.Type, depth + 1));
                    break;
                default:
                    var value = Value(ref reader, wire, field.Type, depth + 1);
                    if (!IsZero(value) || MeaningfulZero.Contains(field.Name))
                        target[field.Name] = value;
                    break;
            }
        }
    }

    private static bool IsZero(JsonNode? value) => value switch
    {
        null => true,
        JsonValue v when v.TryGetValue<string>(out var text) => text.Length == 0,
        JsonValue v when v.TryGetValue<long>(out var number) => number == 0,
        JsonValue v when v.TryGetValue<bool>(out var flag) => !flag,
        JsonObject { Count: 0 } => false,
        _ => false,
    };

    private void MapEntry(JsonObject map, string type, ReadOnlySpan<byte> bytes, int depth)
    {
        var reader = new ProtobufReader(bytes);
        var key = "";
        JsonNode? value = type switch { "s" or "y" => "", "i" => 0L, "b" => false, _ => null };
        while (reader.Next(out var number, out var wire))
        {
            if (number == 1)
                key = Encoding.UTF8.GetString(reader.Bytes());
            else if (number == 2)
                value = Value(ref reader, wire, type, depth);
            else
                reader.Skip(wire);
        }

        map[key] = value;
    }

    private JsonNode? Value(ref ProtobufReader reader, int wire, string type, int depth)
    {
        switch (type)
        {
            case "s":
                return Encoding.UTF8.GetString(reader.Bytes());
            case "y":
                return Convert.ToBase64String(reader.Bytes());
            case "i":
                return (long)reader.Varint();
            case "b":
                return reader.Varint() != 0;
            case "d":
                var real = BitConverter.Int64BitsToDouble(BinaryPrimitives.ReadInt64LittleEndian(reader.Fixed(8)));
                return double.IsFinite(real) ? real : throw new DecodeException("a number in the protobuf body is out of range");
            default:
                return wire == 2 ? Special(type, reader.Bytes(), depth) : throw new DecodeException("malformed protobuf body");
        }
    }

    private JsonNode? Special(string type, ReadOnlySpan<byte> bytes, int depth)
    {
        var scalar = new JsonObject();
        switch (type)
        {
            case "api.resource.Quantity":
                return Text(bytes, 1);
            case "meta.v1.Time" or "meta.v1.MicroTime":
                Message(scalar, Table(type), bytes, depth);
                return Time(scalar, type == "meta.v1.MicroTime");
            case "util.intstr.IntOrString":
                return IntOrString(bytes);
            case "runtime.RawExtension" or "meta.v1.FieldsV1":
                return Raw(bytes);
            case "authorization.v1.ExtraValue" or "authentication.v1.ExtraValue" or "certificates.v1.ExtraValue" or "meta.v1.Verbs":
                Message(scalar, Table(type), bytes, depth);
                return scalar["items"]?.DeepClone() ?? new JsonArray();
            default:
                Message(scalar, Table(type), bytes, depth);
                return scalar;
        }
    }

    private static JsonNode? Time(JsonObject time, bool micro)
    {
        var seconds = time.Integer("seconds") ?? 0;
        if (seconds == 0)
            return null;
        var nanos = time.Integer("nanos") ?? 0;
        if (seconds is < -62135596800 or > 253402300799 || nanos is < 0 or > 999_999_999)
            throw new DecodeException("a time in the protobuf body is out of range");
        var at = DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanos / 100);
        return micro ? at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture) : ObjectMetadata.Timestamp(at);
    }

    private static JsonValue IntOrString(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtobufReader(bytes);
        long type = 0, number = 0;
        var text = "";
        while (reader.Next(out var field, out var wire))
        {
            switch (field)
            {
                case 1: type = (long)reader.Varint(); break;
                case 2: number = (long)reader.Varint(); break;
                case 3: text = Encoding.UTF8.GetString(reader.Bytes()); break;
                default: reader.Skip(wire); break;
            }
        }

        return type == 0 ? JsonValue.Create((long)(int)number) : JsonValue.Create(text)!;
    }

    private static string Text(ReadOnlySpan<byte> bytes, int wanted)
    {
        var reader = new ProtobufReader(bytes);
        var text = "";
        while (reader.Next(out var field, out var wire))
        {
            if (field == wanted && wire == 2)
                text = Encoding.UTF8.GetString(reader.Bytes());
            else
                reader.Skip(wire);
        }

        return text;
    }

    private static JsonNode? Raw(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtobufReader(bytes);
        ReadOnlySpan<byte> raw = default;
        while (reader.Next(out var field, out var wire))
        {
            if (field == 1 && wire == 2)
                raw = reader.Bytes();
            else
                reader.Skip(wire);
        }

        return raw.IsEmpty ? null : DocumentReader.ReadNode(raw);
    }

    private ProtobufMessage Table(string type) => tables.Find(type) ?? throw new DecodeException($"no protobuf table for {type}");
}
