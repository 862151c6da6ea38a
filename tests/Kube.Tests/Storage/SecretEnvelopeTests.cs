using System.Text;
using Kube.ApiServer.Storage;
using Kube.ApiServer.Storage.Encryption;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Kube.Tests.Storage;

public sealed class SecretEnvelopeTests : IDisposable
{
    private static readonly ObjectKey Key = Objects.Key("db", resource: "secrets");
    private static readonly byte[] Json = """{"metadata":{"name":"db","uid":"u-1"},"data":{"password":"aHVudGVyMg=="}}"""u8.ToArray();

    private readonly string _directory = Directory.CreateTempSubdirectory("portal-keys-").FullName;

    private string KeyPath => Path.Combine(_directory, "sub", "secrets.keys");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_sealed_secret_opens_only_at_its_own_key_and_revision()
    {
        var envelope = Open();
        var box = envelope.Seal(Key, 7, Json);
        Assert.Equal(Json, envelope.Open(Key, 7, box));
        Assert.Equal(-1, box.AsSpan().IndexOf("hunter2"u8));
        Assert.Equal(-1, box.AsSpan().IndexOf("aHVudGVyMg=="u8));
        Assert.Throws<StoreStartException>(() => envelope.Open(Key, 8, box));
        Assert.Throws<StoreStartException>(() => envelope.Open(Key with { Name = "other" }, 7, box));
        Assert.Throws<StoreStartException>(() => envelope.Open(Key with { Namespace = "b" }, 7, box));
    }

    [Fact]
    public void No_byte_of_an_envelope_can_be_changed_or_cut_off()
    {
        var envelope = Open();
        var box = envelope.Seal(Key, 7, Json);
        for (var i = 0; i < box.Length; i++)
        {
            var changed = box.ToArray();
            changed[i] ^= 1;
            Assert.Throws<StoreStartException>(() => envelope.Open(Key, 7, changed));
            Assert.Throws<StoreStartException>(() => envelope.Open(Key, 7, box.AsSpan(0, i).ToArray()));
        }
    }

    [Fact]
    public void A_new_first_line_rotates_the_key_and_the_old_line_still_opens()
    {
        var box = Open().Seal(Key, 7, Json);
        File.WriteAllText(KeyPath, "second " + Convert.ToBase64String(new byte[32]) + "\n" + File.ReadAllText(KeyPath));
        var rotated = Open();
        Assert.Equal(Json, rotated.Open(Key, 7, box));
        Assert.Contains("second", Encoding.Latin1.GetString(rotated.Seal(Key, 8, Json)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_key_is_named()
    {
        var box = Open().Seal(Key, 7, Json);
        File.Delete(KeyPath);
        Assert.Contains("restore the key file", Assert.Throws<StoreStartException>(() => Open().Open(Key, 7, box)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_key_file_is_created_for_its_owner_only_and_refused_when_others_may_read_it()
    {
        Open();
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix modes");
        if (OperatingSystem.IsWindows()) return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyPath));
        File.SetUnixFileMode(KeyPath, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Contains("chmod 600", Assert.Throws<StoreStartException>(Open).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("one")]
    [InlineData("one AAAA")]
    public void A_malformed_key_file_is_refused(string content)
    {
        Open();
        File.WriteAllText(KeyPath, content);
        Assert.Throws<StoreStartException>(Open);
    }

    private SecretEnvelope Open() => new(EncryptionKeyring.Open(KeyPath, NullLogger.Instance));
}
