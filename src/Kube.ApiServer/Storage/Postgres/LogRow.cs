using Kube.ApiServer.Storage.Encryption;
using Npgsql;

namespace Kube.ApiServer.Storage.Postgres;

/// <summary>How a row of <c>kube.log</c> is read.</summary>
internal static class LogRow
{
    /// <summary>The columns, in the order <see cref="Read"/> takes them.</summary>
    public const string Columns = "revision, kind, resource, namespace, name, create_revision, value";

    /// <summary>The change of the reader's present row; secrets are opened.</summary>
    /// <exception cref="StoreStartException">A secret cannot be decrypted.</exception>
    public static LoggedChange Read(NpgsqlDataReader reader, SecretEnvelope envelope)
    {
        var revision = reader.GetInt64(0);
        var key = new ObjectKey(reader.GetString(2), reader.GetString(3), reader.GetString(4));
        var value = reader.GetFieldValue<byte[]>(6);
        if (SecretEnvelope.Covers(key.Resource)) value = envelope.Open(key, revision, value);
        return new LoggedChange((WriteKind)reader.GetInt16(1), new StoredObject(key, revision, reader.GetInt64(5), value, ObjectDocument.ReadLabels(value)));
    }
}
