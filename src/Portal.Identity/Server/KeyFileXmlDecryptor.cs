using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.DependencyInjection;

namespace Portal.Identity.Server;

/// <summary>Counterpart of <see cref="KeyFileXmlEncryptor"/>; created by the data-protection system from the type's name in the database.</summary>
internal sealed class KeyFileXmlDecryptor(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement)
    {
        var bytes = Convert.FromBase64String(encryptedElement.Value);
        const int Head = KeyFileXmlEncryptor.NonceBytes + KeyFileXmlEncryptor.TagBytes;
        var plain = new byte[bytes.Length - Head];
        using var aes = new AesGcm(services.GetRequiredService<KeyFiles>().DataProtectionKey, KeyFileXmlEncryptor.TagBytes);
        aes.Decrypt(bytes.AsSpan(0, KeyFileXmlEncryptor.NonceBytes), bytes.AsSpan(Head), bytes.AsSpan(KeyFileXmlEncryptor.NonceBytes, KeyFileXmlEncryptor.TagBytes), plain);
        return XElement.Parse(Encoding.UTF8.GetString(plain));
    }
}
